/**
 * Shapes to masks: a pixel belongs to a shape when its centre does. Coordinates count from the top left corner of the
 * image, x to the right and y down, so that pixel (0, 0) has its centre at (0.5, 0.5). What lies outside is cut off.
 * Masks are `[height, width]` bytes of 0 or 1, row by row.
 */

/** Points as x, y, x, y, … */
export type Coordinates = readonly number[]

/**
 * Fills a polygon by the even-odd rule. A centre exactly on an edge belongs to the shape at its right (or, on a
 * level edge, below), so that polygons sharing an edge neither overlap nor leave a gap.
 */
export function fillPolygon(points: Coordinates, width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    const crossings = edgeCrossings(points, y + 0.5)
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const left = Math.max(0, Math.ceil((crossings[index] ?? 0) - 0.5))
      const right = Math.min(width, Math.ceil((crossings[index + 1] ?? 0) - 0.5))
      if (left < right) mask.fill(1, y * width + left, y * width + right)
    }
  }
  return mask
}

/** Where the horizontal line at `y` crosses the polygon's edges, from left to right. */
function edgeCrossings(points: Coordinates, y: number): number[] {
  const crossings: number[] = []
  let previousX = points.at(-2) ?? 0
  let previousY = points.at(-1) ?? 0
  for (let index = 0; index + 1 < points.length; index += 2) {
    const x = points[index] ?? 0
    const nextY = points[index + 1] ?? 0
    if (previousY <= y !== nextY <= y) {
      crossings.push(previousX + ((y - previousY) * (x - previousX)) / (nextY - previousY))
    }
    previousX = x
    previousY = nextY
  }
  return crossings.sort((first, second) => first - second)
}

/** Fills a circle, its rim included. */
export function fillCircle(
  centre: readonly [number, number],
  radius: number,
  width: number,
  height: number,
): Uint8Array {
  const mask = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    const above = y + 0.5 - centre[1]
    if (Math.abs(above) > radius) continue
    const half = Math.sqrt(radius * radius - above * above)
    const left = Math.max(0, Math.ceil(centre[0] - half - 0.5))
    const right = Math.min(width, Math.floor(centre[0] + half - 0.5) + 1)
    if (left < right) mask.fill(1, y * width + left, y * width + right)
  }
  return mask
}
