import { MaskError } from './errors.ts'

/** Most crossings of an outline with rows of pixels; an outline of a 4096×4096 image along all pixels has fewer. */
const mostCrossings = 2 ** 26

/**
 * Fills a closed outline as a canvas does, which the editor draws polygons on: a pixel belongs to it when the outline
 * winds around the pixel's centre (the nonzero rule). A centre exactly on an edge belongs to what lies at its right, or,
 * on a level edge, below.
 *
 * @param points x, y, x, y, … in pixels from the top left corner; what lies outside the image is cut off
 * @returns `[height, width]` bytes of 0 or 1
 * @throws MaskError where the outline crosses more rows than one that a person could draw
 * @see https://html.spec.whatwg.org/multipage/canvas.html#dom-context-2d-fill
 */
export function fillOutline(points: readonly number[], width: number, height: number): Uint8Array {
  const columns = width + 1
  // How the number of turns around a centre changes from one column to the next.
  const turns = new Int32Array(columns * height)
  let crossings = 0
  let fromX = points.at(-2) ?? 0
  let fromY = points.at(-1) ?? 0
  for (let index = 0; index + 1 < points.length; index += 2) {
    const x = points[index] ?? 0
    const y = points[index + 1] ?? 0
    const direction = y > fromY ? 1 : -1
    const first = Math.max(0, Math.ceil(Math.min(y, fromY) - 0.5))
    const end = Math.min(height, Math.ceil(Math.max(y, fromY) - 0.5))
    crossings += Math.max(0, end - first)
    if (crossings > mostCrossings) throw new MaskError('is a polygon of more edges than can be filled; draw it anew')
    for (let row = first; row < end; row += 1) {
      const crossing = fromX + ((row + 0.5 - fromY) * (x - fromX)) / (y - fromY)
      const column = Math.min(width, Math.max(0, Math.ceil(crossing - 0.5)))
      const cell = row * columns + column
      turns[cell] = (turns[cell] ?? 0) + direction
    }
    fromX = x
    fromY = y
  }
  const mask = new Uint8Array(width * height)
  for (let row = 0; row < height; row += 1) {
    let around = 0
    for (let column = 0; column < width; column += 1) {
      around += turns[row * columns + column] ?? 0
      if (around !== 0) mask[row * width + column] = 1
    }
  }
  return mask
}
