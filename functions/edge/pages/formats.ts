import { formatSeconds } from '../../factory/report/format.ts'

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

/** An ISO instant to the minute: `25 Nov 2026, 10:24 UTC`. */
export const formatMoment = (instant: string): string => `${moment.format(new Date(instant))} UTC`

/** A time that is guessed, no finer than the guess: `a few seconds`, `40 s`, `3 min`, `2 h 10 min`. */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 8) return 'a few seconds'
  if (seconds < 55) return formatSeconds(Math.ceil(seconds / 10) * 10)
  return formatSeconds(Math.ceil(seconds / 60) * 60)
}

/** A change with its sign, to so many decimals: `+0.031`, `−0.004`, `0.000`. */
export function formatChange(change: number, decimals = 3): string {
  const size = Math.abs(change).toFixed(decimals)
  if (Number(size) === 0) return size
  return `${change > 0 ? '+' : '−'}${size}`
}

/** Ticks of an axis from 0 to at least `largest`: about `count` steps of 1, 2 or 5 times a power of ten. */
export function ticksTo(largest: number, count: number): readonly number[] {
  if (!(largest > 0)) return [0, 1]
  const rough = largest / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power
  return Array.from({ length: Math.ceil(largest / step - 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(12)),
  )
}
