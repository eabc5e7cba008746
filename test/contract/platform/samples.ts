import { encode } from 'fast-png'
import type { NewTask, PaintingForm, Prediction } from '../../../integrations/platform/index.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { ModelVersion } from '../../../schemas/modelVersion.ts'

export const labels = [
  { name: 'Hair', color: '#aa0000' },
  { name: 'Eye & brow', color: '#00bb00' },
] as const
export const form: PaintingForm = { parts: ['Background', 'Hair', 'Eye & brow'], width: 8, height: 6 }

/** A label map of 8 × 6 pixels, from digits. */
export const labelMap = (...rows: readonly string[]): LabelMap => ({
  width: rows[0]?.length ?? 0,
  height: rows.length,
  data: Uint8Array.from(rows.join('')),
})
export const face = labelMap('00000000', '01111100', '11222110', '01121100', '00111000', '00000002')
export const blank = labelMap(...Array<string>(6).fill('00000000'))
export const wide = labelMap('0001', '0111')

export const image = encode({ width: 8, height: 6, channels: 3, data: new Uint8Array(8 * 6 * 3).fill(90) })
/** An image that is not ours: noise, so that no byte of its file can get lost unseen. */
export const photo = encode({
  width: 31,
  height: 17,
  channels: 3,
  data: Uint8Array.from({ length: 31 * 17 * 3 }, (_, index) => (index * 7919) % 251),
})
export const seed = (sample: string): NewTask => ({ sample, kind: 'seed', image })
export const predicted = (version: ModelVersion, score = 0.5): Prediction => ({ version, score, labelMap: face })
export const generated = (sample: string, version: ModelVersion, score?: number): NewTask => ({
  ...seed(sample),
  kind: 'generated',
  prediction: predicted(version, score),
})

/** All that an iteration gives. */
export async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = []
  for await (const value of values) all.push(value)
  return all
}
