import type { DatasetSample } from '../../../integrations/datasets/index.ts'
import { encodeRgb } from '../../../integrations/images/index.ts'

export const labels = {
  parts: [
    { id: 0, name: 'background', color: '#000000' },
    { id: 1, name: 'head/eye', color: '#ff0000' },
    { id: 2, name: 'head', color: '#00ff00' },
    { id: 3, name: 'head/eye/iris', color: '#0000ff' },
  ],
  truncation: 0.7,
}

/** A sample from rows of part ids; its image is grey, `scale` times as large. */
export async function sampleOf(seed: number, rows: readonly string[], scale = 1): Promise<DatasetSample> {
  const width = rows[0]?.length ?? 0
  const height = rows.length
  const [imageWidth, imageHeight] = [width * scale, height * scale]
  const data = new Uint8Array(imageWidth * imageHeight * 3).fill(seed % 256)
  return {
    line: {
      id: `birds-s${seed}-t0.7`,
      seed,
      truncation: 0.7,
      image: 'somewhere/else.png',
      labels: 'somewhere/else.labels.png',
      score: 0.125,
      kept: true,
      parts: [],
    },
    image: await encodeRgb({ width: imageWidth, height: imageHeight, data }),
    labelMap: { width, height, data: Uint8Array.from(rows.join(''), Number) },
  }
}
