/** Labelled images that are easy to learn: a bright disc (class 1) or square (class 2) on a dark, noisy ground (class 0). */
import { createRandom } from '../../../../functions/gpu/random.ts'
import type { LabelledImages } from '../../../../functions/gpu/segmenter/labelledImages.ts'
import type { SegmenterNetwork } from '../../../../functions/gpu/segmenter/segmenter.ts'

export const side = 32

export const tinySegmenter: SegmenterNetwork = {
  backbone: { block: 'basic', depths: [1, 1, 1, 1], width: 8 },
  outputStride: 8,
  headWidth: 8,
  classes: 3,
  size: { width: side, height: side },
}

export function shapesData(count: number, seed: number): LabelledImages {
  const random = createRandom(seed, 'test.shapes')
  const images = new Uint8Array(count * side * side * 3)
  const labels = new Uint8Array(count * side * side)
  for (let image = 0; image < count; image++) {
    const kind = 1 + random.integer(2)
    const [x0, y0] = [8 + random.integer(16), 8 + random.integer(16)]
    for (let pixel = 0; pixel < side * side; pixel++) {
      const [x, y] = [(pixel % side) - x0, Math.floor(pixel / side) - y0]
      const inside = kind === 1 ? Math.hypot(x, y) < 7 : Math.max(Math.abs(x), Math.abs(y)) < 6
      const place = image * side * side + pixel
      labels[place] = inside ? kind : 0
      const colour = inside ? (kind === 1 ? [220, 60, 60] : [60, 60, 220]) : [40, 40, 40]
      for (const [channel, level] of colour.entries()) images[3 * place + channel] = level + random.integer(30)
    }
  }
  return { count, size: { width: side, height: side }, images, labels }
}
