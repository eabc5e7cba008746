import { setImmediate } from 'node:timers/promises'
import type { Event } from '../../../schemas/event.ts'
import type { PredictRequest, PredictTask } from '../../../schemas/labelStudio/backend.ts'
import { QueueRefusedError } from '../errors.ts'
import { inEvents, sendEvent } from '../events.ts'
import type { Edge } from '../options.ts'
import { nothing, openAnswer } from './answer.ts'
import { type Asking, encodeItem, readAsking } from './asking.ts'
import { openHinted } from './hinted.ts'
import { type AskedTask, openOtherImages } from './otherImages.ts'
import { sampleOf } from './sampleOf.ts'
import { openStoredPredictions, type PredictionOf } from './storedPredictions.ts'

/** Tasks worked on at once: reading of one goes on while another is encoded. */
const atOnce = 4

interface AskedSample extends AskedTask {
  readonly sample: string
}

/**
 * Answers `/predict`, one item per task in their order: for our samples with predictions that were made before, for other
 * images with what the segmenter makes of them. What is too large for one answer, or was not reached in time, is left
 * empty and asked to be pushed instead. With a hint drawn by a person, the item holds what the hint means.
 * @returns a function of the request, which gives the answer as JSON, and throws InvalidRecordError and StorageError
 */
export function openPredictions(edge: Edge): (request: PredictRequest) => Promise<string> {
  const openVersion = openStoredPredictions(edge.store)
  const labelOthers = openOtherImages(edge)
  const answerHints = openHinted(edge, openVersion, labelOthers)

  return async (request) => {
    const { tasks, params } = request
    const answer = openAnswer(tasks.length, edge.limits.answerBytes)
    const asking = tasks.length === 0 ? undefined : await readAsking(edge, request)
    const milliseconds = edge.limits.predictSeconds * 1000
    const deadline = edge.now().getTime() + milliseconds
    const inTime = AbortSignal.timeout(milliseconds)
    if (params?.context != null) return await answerHints(request, asking, inTime)
    if (asking === undefined) return answer.toJson()

    const samples = tasks.flatMap(samplesOf)
    const predictionOf = samples.length === 0 ? undefined : await openVersion(asking.project, asking.version)
    const left: string[] = []
    const line = samples.values()
    const work = async (): Promise<void> => {
      for (const { index, task, sample } of line) {
        const item = edge.now().getTime() < deadline ? await predict(edge, asking, predictionOf, sample) : undefined
        if (item === nothing) continue
        if (item === undefined || !answer.put(index, item)) left.push(task)
        // Encoding keeps the thread busy: let others be answered in between.
        await setImmediate()
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    await ask(edge, request.project, 'push', left)
    const others = tasks.flatMap((task, index) => (sampleOf(task) === undefined ? [{ index, task: task.id }] : []))
    await ask(edge, request.project, 'predict', await labelOthers.answer(asking, others, answer, inTime))
    return answer.toJson()
  }
}

function samplesOf(task: PredictTask, index: number): readonly AskedSample[] {
  const sample = sampleOf(task)
  return sample === undefined ? [] : [{ index, task: task.id, sample }]
}

/** One item as JSON. One unreadable mask must not hide the others: it is logged, and counts as none. */
async function predict(
  edge: Edge,
  asking: Asking,
  predictionOf: PredictionOf | undefined,
  sample: string,
): Promise<string> {
  try {
    const stored = await predictionOf?.(sample)
    return stored === undefined ? nothing : encodeItem(asking, stored)
  } catch (error) {
    edge.log?.error({ err: error, sample, version: asking.version }, 'a stored prediction cannot be used')
    return nothing
  }
}

/** Asks for what could not be answered now. */
async function ask(edge: Edge, project: string, kind: Event['kind'], tasks: readonly string[]): Promise<void> {
  try {
    for (const some of inEvents(tasks))
      await sendEvent(edge, { platform: 'label-studio', id: project }, { kind, tasks: [...some] })
  } catch (error) {
    // The log has it; what fitted is worth answering, and a task without a prediction is asked for again.
    if (!(error instanceof QueueRefusedError)) throw error
  }
}
