import type { LabelMap } from '../../schemas/labelMap.ts'

/**
 * A label map at another size, by nearest neighbour: a new pixel takes the id under its centre, so no id is invented.
 */
export function resizeLabelMap(labelMap: LabelMap, width: number, height: number): LabelMap {
  if (labelMap.width === width && labelMap.height === height) return labelMap
  const sourceColumns = Uint32Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * labelMap.width) / width))
  const data = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    const sourceRow = Math.floor(((y + 0.5) * labelMap.height) / height) * labelMap.width
    for (const [x, column] of sourceColumns.entries()) data[y * width + x] = labelMap.data[sourceRow + column] ?? 0
  }
  return { width, height, data }
}
