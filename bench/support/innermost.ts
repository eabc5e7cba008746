import type { LabelMap } from '../../schemas/labelMap.ts'

/** A place on an image, as shares of its width and height. */
export type Place = readonly [number, number]

/** In each part the place furthest from all others, by steps along rows and columns: there it is seen whether it is drawn. */
export function innermost({ width, height, data }: LabelMap): Place[] {
  const depth = new Uint16Array(data.length)
  const depthAt = (x: number, y: number, part: number | undefined): number =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === part ? (depth[y * width + x] ?? 0) : 0
  for (let pixel = 0; pixel < data.length; pixel += 1) {
    const [x, y, part] = [pixel % width, Math.floor(pixel / width), data[pixel]]
    depth[pixel] = 1 + Math.min(depthAt(x - 1, y, part), depthAt(x, y - 1, part))
  }
  const deepest = new Map<number, { depth: number; place: Place }>()
  for (let pixel = data.length - 1; pixel >= 0; pixel -= 1) {
    const [x, y, part] = [pixel % width, Math.floor(pixel / width), data[pixel] ?? 0]
    const found = Math.min(depth[pixel] ?? 0, 1 + Math.min(depthAt(x + 1, y, part), depthAt(x, y + 1, part)))
    depth[pixel] = found
    if (part > 0 && found > (deepest.get(part)?.depth ?? 0)) {
      deepest.set(part, { depth: found, place: [(x + 0.5) / width, (y + 0.5) / height] })
    }
  }
  return [...deepest.values()].map(({ place }) => place)
}
