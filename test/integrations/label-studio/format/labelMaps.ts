import type { LabelMap } from '../../../../schemas/labelMap.ts'

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Every pixel its own part: no two shapes are harder to outline. */
export function noise(seed: number, width: number, height: number, parts: number): LabelMap {
  const random = seededRandom(seed)
  return { width, height, data: Uint8Array.from({ length: width * height }, () => Math.floor(random() * parts)) }
}

/** Rectangles and discs on top of one another, background among them, so that parts lie in holes of others. */
export function shapes(seed: number, width: number, height: number, parts: number, count: number): LabelMap {
  const random = seededRandom(seed)
  const data = new Uint8Array(width * height)
  for (let shape = 0; shape < count; shape += 1) {
    const part = Math.floor(random() * parts)
    const [x, y] = [random() * width, random() * height]
    const [across, down] = [1 + random() * (width / 3), 1 + random() * (height / 3)]
    const round = random() < 0.5
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const [right, below] = [(column - x) / across, (row - y) / down]
        const inside = round ? right * right + below * below < 1 : Math.abs(right) < 1 && Math.abs(below) < 1
        if (inside) data[row * width + column] = part
      }
    }
  }
  return { width, height, data }
}

/** A label map from rows of digits. */
export function labelMapOf(...rows: string[]): LabelMap {
  return { width: rows[0]?.length ?? 0, height: rows.length, data: Uint8Array.from(rows.join(''), Number) }
}
