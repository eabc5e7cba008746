/** Labels the images of an annotation platform's tasks that show no sample of ours. */
import { ImageFileError } from '../../../integrations/images/index.ts'
import {
  type AnnotationPlatform,
  type OtherTask,
  PlatformUnavailableError,
} from '../../../integrations/platform/index.ts'
import { RemoteImageError } from '../../../integrations/remoteImages/index.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { Predictor } from './predict.ts'

export interface LabelledTask {
  readonly task: string
  /** Of the image's own size. */
  readonly labelMap: LabelMap
  /** Mean confidence of the pixels, 0..1. */
  readonly score: number
}

/** A task whose image cannot be had, or is none. */
export interface UnlabelledTask {
  readonly task: string
  readonly reason: string
  /** Whether another attempt may succeed. */
  readonly mayPass: boolean
}

/** Images that are fetched ahead of the one being labelled. */
const readAhead = 4

/**
 * Labels task after task, in their order; an image that cannot be read does not keep the others from being labelled.
 * @throws what is wrong with anything but a single image; the signal's reason
 */
export async function* labelTasks(
  predictor: Pick<Predictor, 'predict'>,
  platform: Pick<AnnotationPlatform, 'readImage'>,
  project: string,
  tasks: readonly OtherTask[],
  signal?: AbortSignal,
): AsyncGenerator<LabelledTask | UnlabelledTask> {
  const read = async (task: OtherTask): Promise<Uint8Array | UnlabelledTask> => {
    try {
      return await platform.readImage(project, task, signal)
    } catch (error) {
      signal?.throwIfAborted()
      return unlabelled(task, error)
    }
  }
  /** Of the tasks that come next, in their order; none is held longer than it is needed. */
  const reading: Promise<Uint8Array | UnlabelledTask>[] = []
  const line = tasks.values()
  for (const task of tasks) {
    signal?.throwIfAborted()
    while (reading.length < readAhead) {
      const { value: next } = line.next()
      if (next === undefined) break
      const ahead = read(next)
      // It may fail before, or after, anybody waits for it.
      ahead.catch(() => undefined)
      reading.push(ahead)
    }
    const file = await reading.shift()
    signal?.throwIfAborted()
    if (file instanceof Uint8Array) yield await label(predictor, task, file)
    else if (file !== undefined) yield file
  }
}

async function label(
  predictor: Pick<Predictor, 'predict'>,
  task: OtherTask,
  file: Uint8Array,
): Promise<LabelledTask | UnlabelledTask> {
  try {
    const { labelMap, meanConfidence } = await predictor.predict(file)
    return { task: task.id, labelMap, score: Math.min(1, meanConfidence) }
  } catch (error) {
    return unlabelled(task, error)
  }
}

function unlabelled({ id: task }: OtherTask, error: unknown): UnlabelledTask {
  if (error instanceof RemoteImageError) return { task, reason: error.message, mayPass: error.mayPass }
  if (error instanceof PlatformUnavailableError) return { task, reason: error.message, mayPass: true }
  if (error instanceof ImageFileError) return { task, reason: error.message, mayPass: false }
  throw error
}
