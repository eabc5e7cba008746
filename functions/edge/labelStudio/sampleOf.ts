import { sampleField } from '../../../integrations/label-studio/format/index.ts'
import type { PredictTask } from '../../../schemas/labelStudio/backend.ts'

/** The sample of ours that a task shows. */
export function sampleOf({ data }: PredictTask): string | undefined {
  const sample = data[sampleField]
  return typeof sample === 'string' && sample !== '' ? sample : undefined
}
