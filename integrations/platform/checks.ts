import { checkLabelMap, LabelMapError } from '../../schemas/labelMap.ts'
import { PlatformError } from './errors.ts'
import type { NewTask, PaintingForm, Prediction } from './index.ts'

/**
 * Checks a prediction before anything is sent, since one bad prediction would make a platform refuse all that come with it.
 * @throws PlatformError naming what is wrong
 */
export function checkPrediction({ score, labelMap }: Prediction, { parts, width, height }: PaintingForm): void {
  if (!(score >= 0 && score <= 1)) throw new PlatformError(`A prediction's score is 0 to 1, not ${score}.`)
  try {
    checkLabelMap(labelMap, { parts: parts.length, width, height })
  } catch (error) {
    if (error instanceof LabelMapError) throw new PlatformError(error.message)
    throw error
  }
}

/** @throws PlatformError for more tasks than one import takes, a sample named twice, or a prediction that does not fit */
export function checkImport(tasks: readonly NewTask[], form: PaintingForm, importLimit: number): void {
  if (tasks.length > importLimit) {
    throw new PlatformError(`An import takes at most ${importLimit} tasks, not ${tasks.length}: import them in parts.`)
  }
  const samples = new Set<string>()
  for (const { sample, prediction } of tasks) {
    if (samples.has(sample)) throw new PlatformError(`An import names the sample ${sample} twice.`)
    samples.add(sample)
    if (prediction) checkPrediction(prediction, form)
  }
}
