/** Successive hues this far apart, in turns, never come close to one another: the golden angle. */
const goldenTurn = (3 - Math.sqrt(5)) / 2

/** Lightness in turns, so that neighbours in the list differ in brightness, too. */
const lightnesses = [0.55, 0.4, 0.7] as const

/**
 * A colour for a part whose source gives none: black for the background, then hues spread over the colour circle.
 *
 * @returns `#rrggbb`; the same id always gets the same colour.
 */
export function partColor(id: number): string {
  if (id === 0) return '#000000'
  const hue = ((id - 1) * goldenTurn) % 1
  const lightness = lightnesses[(id - 1) % lightnesses.length] ?? lightnesses[0]
  const chroma = 0.75 * Math.min(lightness, 1 - lightness)
  const channels = [0, 8, 4].map((offset) => {
    // CSS Color 4, HSL to RGB: each channel is the same wave, a third of a turn apart.
    const position = (offset + hue * 12) % 12
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(position - 3, 9 - position, 1))))
  })
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
