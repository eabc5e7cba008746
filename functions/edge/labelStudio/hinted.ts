/** Hints that a person draws in the editor: the answer is shown to that person at once, and never stored. */
import { encodeHinted, parseHints } from '../../../integrations/label-studio/format/index.ts'
import type { PredictRequest, PredictTask } from '../../../schemas/labelStudio/backend.ts'
import { applyHints } from '../../factory/hints.ts'
import { presentNames } from '../../factory/life/presentNames.ts'
import type { Edge } from '../options.ts'
import type { Asking } from './asking.ts'
import type { OtherImages } from './otherImages.ts'
import { sampleOf } from './sampleOf.ts'
import type { openStoredPredictions, StoredPrediction } from './storedPredictions.ts'

const noRegions = '{"result":[],"score":0}'

/**
 * What hints mean on the labels that the version shown gives to the task's image, as JSON: no regions where they mean
 * nothing, or there is no time to label the image.
 */
export function openHinted(
  edge: Edge,
  openVersion: ReturnType<typeof openStoredPredictions>,
  others: OtherImages,
): (request: PredictRequest, asking: Asking | undefined, inTime: AbortSignal) => Promise<string> {
  const predictionOf = async (asking: Asking, task: PredictTask, inTime: AbortSignal) => {
    const sample = sampleOf(task)
    if (sample !== undefined) return await (await openVersion(asking.project, asking.version))(sample)
    const answer = await others.labelOne(asking, task.id, inTime)
    return answer !== undefined && 'labelMap' in answer ? answer : undefined
  }
  const answer = async (
    context: unknown,
    asking: Asking,
    task: PredictTask,
    inTime: AbortSignal,
  ): Promise<string | undefined> => {
    const drawn = parseHints(context, asking.config)
    const fields = { project: `label-studio-${asking.project.id}`, task: task.id }
    for (const reason of drawn.ignored) edge.log?.info({ ...fields, reason }, 'a hint is left out')
    if (drawn.hints.length === 0) return undefined
    const prediction = await predictionOf(asking, task, inTime)
    if (prediction === undefined) return undefined
    const { width, height } = prediction.labelMap
    if (drawn.size !== undefined && (drawn.size.width !== width || drawn.size.height !== height)) {
      edge.log?.warn({ ...fields, drawn: drawn.size, width, height }, 'a hint was drawn on an image of another size')
      return undefined
    }
    return encode(asking, prediction, drawn)
  }

  return async ({ tasks, params }, asking, inTime) => {
    const [task] = tasks
    const item =
      asking === undefined || task === undefined || tasks.length > 1
        ? undefined
        : await answer(params?.context, asking, task, inTime)
    return `{"results":[${tasks.map(() => item ?? noRegions).join(',')}]}`
  }
}

function encode(asking: Asking, prediction: StoredPrediction, drawn: ReturnType<typeof parseHints>): string {
  const { labelMap, score } = prediction
  const { width, height } = labelMap
  const parts = presentNames(prediction.parts, asking.labels, asking.project.life)
  const ids = new Map(parts.map((name, id) => [name, id]))
  const meant = applyHints(labelMap, drawn.hints, (label) => ids.get(label))
  const form = { parts, width, height }
  const result = encodeHinted({ labelMap: meant.labelMap, score }, asking.config, form, drawn.newest)
  return JSON.stringify({ result, score, model_version: asking.version })
}
