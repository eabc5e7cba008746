import { namedColors } from './namedColors.ts'

/** No colour is written longer, in characters; what is, is not looked at. */
const longestColor = 64

/**
 * A colour as CSS writes it (`#abc`, `#AABBCC`, `red`, `rgb(255, 0, 0)`, `rgba(100% 0% 0% / 0.5)`), as `#rrggbb` in lower
 * case. Transparency is dropped: the editor draws every label equally transparent.
 *
 * @returns undefined for what is none of these
 * @see https://www.w3.org/TR/css-color-4/
 */
export function normalizeColor(text: string): string | undefined {
  if (text.length > longestColor) return undefined
  const color = text.trim().toLowerCase()
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?$/.exec(color)
  if (short !== null)
    return `#${short
      .slice(1)
      .map((digit) => digit + digit)
      .join('')}`
  if (/^#[0-9a-f]{6}([0-9a-f]{2})?$/.test(color)) return color.slice(0, 7)
  if (Object.hasOwn(namedColors, color)) return `#${namedColors[color]}`
  const channels = /^rgba?\(([^()]*)\)$/.exec(color)?.[1]
  return channels === undefined ? undefined : fromChannels(channels.split(/[\s,/]+/).filter((part) => part !== ''))
}

/** Three channels, and a fourth for the transparency where there is one. */
function fromChannels(parts: readonly string[]): string | undefined {
  if (parts.length < 3 || parts.length > 4) return undefined
  const values = parts.slice(0, 3).map((part) => {
    const number = /^([+-]?\d*\.?\d+)(%?)$/.exec(part)
    if (number === null) return undefined
    const value = Number(number[1]) * (number[2] === '%' ? 2.55 : 1)
    return Math.round(Math.min(255, Math.max(0, value)))
  })
  if (values.some((value) => value === undefined)) return undefined
  return `#${values.map((value) => (value ?? 0).toString(16).padStart(2, '0')).join('')}`
}
