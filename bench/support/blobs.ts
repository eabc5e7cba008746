import { createRandom } from '../../functions/gpu/random.ts'
import type { LabelMap } from '../../schemas/labelMap.ts'
import type { RgbImage } from '../../schemas/rgbImage.ts'

/**
 * A label map like a painted object: a round shape on the background, filled with parts that touch one another along bent
 * lines. Some parts have several pieces, as eyes do.
 * @param parts without the background; ids are 1..parts
 */
export function blobs(size: number, parts: number, seed: number): LabelMap {
  const random = createRandom(seed, 'bench.blobs')
  const cells = Array.from({ length: Math.ceil(parts * 1.25) }, (_, cell) => {
    const [angle, radius] = [2 * Math.PI * random.uniform(), 0.44 * Math.sqrt(random.uniform())]
    return { x: 0.5 + radius * Math.cos(angle), y: 0.5 + radius * Math.sin(angle), part: 1 + (cell % parts) }
  })
  const waves = Array.from({ length: 6 }, () => ({
    along: 2 * Math.PI * random.uniform(),
    frequency: 10 + 40 * random.uniform(),
    phase: 2 * Math.PI * random.uniform(),
    height: 0.006 + 0.006 * random.uniform(),
  }))
  const data = new Uint8Array(size * size)
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let [x, y] = [(column + 0.5) / size, (row + 0.5) / size]
      for (const { along, frequency, phase, height } of waves) {
        const bend = height * Math.sin(frequency * (x * Math.cos(along) + y * Math.sin(along)) + phase)
        x += bend * Math.sin(along)
        y -= bend * Math.cos(along)
      }
      if (Math.hypot(x - 0.5, y - 0.5) > 0.46) continue
      let [nearest, part] = [Number.POSITIVE_INFINITY, 0]
      for (const cell of cells) {
        const away = (cell.x - x) ** 2 + (cell.y - y) ** 2
        if (away >= nearest) continue
        nearest = away
        part = cell.part
      }
      data[row * size + column] = part
    }
  }
  return { width: size, height: size, data }
}

/** Colours that are far apart from part to part, `#rrggbb`: hues by the golden angle, in three lightnesses. */
export function partColors(parts: number): string[] {
  return Array.from({ length: parts }, (_, part) => {
    const [hue, light] = [(part * 137.508) % 360, [0.35, 0.5, 0.65][part % 3] ?? 0.5]
    const channel = (offset: number): number => {
      const k = (offset + hue / 30) % 12
      return Math.round(255 * (light - 0.9 * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1))))
    }
    return `#${[0, 8, 4].map((offset) => channel(offset).toString(16).padStart(2, '0')).join('')}`
  })
}

/** A picture to lie under the masks: soft shades of grey. */
export function greyImage(size: number): RgbImage {
  const data = new Uint8Array(3 * size * size)
  for (let pixel = 0; pixel < size * size; pixel += 1) {
    const [x, y] = [(pixel % size) / size, Math.floor(pixel / size) / size]
    data.fill(110 + 60 * Math.sin(9 * x + 4 * y) * Math.cos(7 * y), 3 * pixel, 3 * pixel + 3)
  }
  return { width: size, height: size, data }
}
