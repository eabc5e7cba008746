type Rgb = readonly [red: number, green: number, blue: number]

/** Dark where the ensemble agrees, glowing where it does not; lightness grows all the way, so that it reads without hue. */
const stops: readonly Rgb[] = [
  [12, 10, 34],
  [74, 20, 110],
  [176, 44, 96],
  [243, 124, 44],
  [253, 232, 164],
]

/** The 256 colours of a heat map, RGB: from no divergence to as much as the map shows. */
export const heatPalette: readonly Rgb[] = Array.from({ length: 256 }, (_, index) => colorAt(index / 255))

function colorAt(position: number): Rgb {
  const scaled = position * (stops.length - 1)
  const index = Math.min(Math.floor(scaled), stops.length - 2)
  const share = scaled - index
  const [from, to] = [stops[index] ?? [0, 0, 0], stops[index + 1] ?? [0, 0, 0]]
  const mix = (channel: 0 | 1 | 2): number => Math.round(from[channel] * (1 - share) + to[channel] * share)
  return [mix(0), mix(1), mix(2)]
}

/** The palette as a CSS image, for the scale beside the heat maps. */
export const heatGradient = `linear-gradient(90deg, ${stops.map((stop) => `rgb(${stop.join(' ')})`).join(', ')})`
