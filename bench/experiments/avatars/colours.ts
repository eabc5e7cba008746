/** Colours as six lower-case hexadecimal digits, `rrggbb`. */

/** A way from colour to colour through a palette. */
export type Palette = readonly string[]

/** The largest place in a palette: at 1 there would be no next colour to mix with. */
const palettesEnd = 0.9999

/**
 * The colour at a place of a palette whose colours lie at equal distances, mixed linearly.
 *
 * @param place - 0 is the palette's first colour, 1 nearly its last
 */
export function paletteColour(palette: Palette, place: number): string {
  const at = Math.min(Math.max(place, 0), palettesEnd) * (palette.length - 1)
  const index = Math.floor(at)
  const from = channels(palette[index] ?? '000000')
  const to = channels(palette[index + 1] ?? '000000')
  return hexadecimal(from.map((value, channel) => value + ((to[channel] ?? 0) - value) * (at - index)))
}

/**
 * A colour by hue in turns, and saturation and lightness in [0, 1].
 *
 * @see https://www.w3.org/TR/css-color-4/#hsl-to-rgb
 */
export function hueColour(hue: number, saturation: number, lightness: number): string {
  const high = lightness <= 0.5 ? lightness * (1 + saturation) : lightness + saturation - lightness * saturation
  const low = 2 * lightness - high
  return hexadecimal([1 / 3, 0, -1 / 3].map((shift) => channelOfHue(low, high, wrap(hue + shift)) * 255))
}

function channelOfHue(low: number, high: number, hue: number): number {
  if (hue < 1 / 6) return low + (high - low) * hue * 6
  if (hue < 0.5) return high
  if (hue < 2 / 3) return low + (high - low) * (2 / 3 - hue) * 6
  return low
}

function wrap(turns: number): number {
  return turns - Math.floor(turns)
}

function channels(colour: string): number[] {
  return [0, 2, 4].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
}

function hexadecimal(values: readonly number[]): string {
  return values.map((value) => roundHalfToEven(value).toString(16).padStart(2, '0')).join('')
}

/** Python's `round`; `Math.round` takes halves up. */
export function roundHalfToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}
