const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A count, grouped: `12,345`. */
export const formatCount = (value: number): string => whole.format(value)

/** A count and its noun: `1 image`, `450 images`. */
export const formatAmount = (value: number, noun: string): string =>
  `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`

/** A measure with this many significant digits: `0.0412`. */
export const formatNumber = (value: number, digits = 3): string =>
  new Intl.NumberFormat('en-US', { maximumSignificantDigits: digits }).format(value)

/** A share of 1 in per cent: `71.3 %`, `0.04 %`; below a hundredth of a per cent, `< 0.01 %`. */
export function formatShare(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.01) return '< 0.01 %'
  const decimals = percent >= 1 || percent === 0 ? 1 : 2
  return `${percent.toFixed(decimals)} %`
}

/** A score from 0 to 1, such as an IoU, with three decimals: `0.720`. */
export const formatScore = (score: number): string => score.toFixed(3)

/** An image uncertainty in nats, with four decimals: `0.0412`. */
export const formatUncertainty = (score: number): string => score.toFixed(4)

/** A time in its two largest units: `0.4 s`, `54 s`, `3 min 20 s`, `150 h`, `5 h 20 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const rounded = Math.round(seconds)
  if (rounded < 60) return `${rounded} s`
  if (rounded < 3600) return twoUnits(Math.floor(rounded / 60), 'min', rounded % 60, 's')
  const minutes = Math.round(rounded / 60)
  return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

const twoUnits = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${formatCount(large)} ${largeUnit}` : `${formatCount(large)} ${largeUnit} ${small} ${smallUnit}`

/** An amount of money without cents, in an ISO 4217 currency: `$3,750`. */
export const formatMoney = (amount: number, currency: string): string =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency, maximumFractionDigits: 0 }).format(amount)

/** The day of an ISO instant, in UTC: `7 November 2026`. */
export const formatDay = (instant: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(instant))
