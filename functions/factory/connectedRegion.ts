import type { LabelMap } from '../../schemas/labelMap.ts'

/**
 * The region around a pixel: all pixels of its part that are reached from it by steps to the left, right, up and down
 * within the part. Takes time and memory in proportion to the image's pixels.
 * @param start index of the pixel, row by row
 * @returns indices of the region's pixels, in no order; none where the start lies outside
 */
export function connectedRegion({ width, data }: LabelMap, start: number): Uint32Array {
  const part = data[start]
  if (part === undefined) return new Uint32Array(0)
  const found = new Uint8Array(data.length)
  const region = new Uint32Array(countOf(data, part))
  let length = 0
  /** Adds the pixel with all that hang together with it in its row. */
  const addRun = (pixel: number): void => {
    const rowStart = pixel - (pixel % width)
    let first = pixel
    let end = pixel + 1
    while (first > rowStart && data[first - 1] === part) first -= 1
    while (end < rowStart + width && data[end] === part) end += 1
    found.fill(1, first, end)
    for (let next = first; next < end; next += 1) {
      region[length] = next
      length += 1
    }
  }
  addRun(start)
  for (let next = 0; next < length; next += 1) {
    const pixel = region[next] ?? 0
    // Above the first row and below the last one there is no data.
    const above = pixel - width
    const below = pixel + width
    if (data[above] === part && found[above] === 0) addRun(above)
    if (data[below] === part && found[below] === 0) addRun(below)
  }
  return region.subarray(0, length)
}

function countOf(data: Uint8Array, part: number): number {
  let count = 0
  for (const id of data) if (id === part) count += 1
  return count
}
