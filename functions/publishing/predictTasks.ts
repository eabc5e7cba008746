import {
  type PaintingForm,
  PlatformError,
  PlatformUnavailableError,
  type Prediction,
} from '../../integrations/platform/index.ts'
import type { ModelVersion } from '../../schemas/modelVersion.ts'
import { patiently } from './patience.ts'
import type { PublishingPlace } from './place.ts'

/** A task that is to carry a prediction. */
export interface TaskToPredict {
  readonly task: string
  load(): Promise<Prediction | undefined>
}

/** Predictions between two looks at what is there. */
const batchSize = 20

/**
 * Gives each task one prediction of this version; those that have one are left as they are, and so are those that a person
 * deletes meanwhile.
 * @param onPredicted called with the number of tasks that are dealt with
 * @throws PlatformError; the signal's reason
 */
export async function predictTasks(
  place: PublishingPlace,
  form: PaintingForm,
  version: ModelVersion,
  wanted: readonly TaskToPredict[],
  onPredicted?: (count: number) => void,
): Promise<void> {
  if (wanted.length === 0) return
  const missing = await patiently(place, () => lackingOf(place, version, wanted))
  for (let start = 0; start < missing.length; start += batchSize) {
    onPredicted?.(wanted.length - missing.length + start)
    let batch: readonly TaskToPredict[] = missing.slice(start, start + batchSize)
    let tried = false
    await patiently(place, async () => {
      // After a failure some of them may be there.
      if (tried) batch = await lackingOf(place, version, batch)
      tried = true
      try {
        await add(place, form, batch)
      } catch (error) {
        if (error instanceof PlatformUnavailableError || !(error instanceof PlatformError)) throw error
        const there = await presentOf(place, batch)
        if (there.length === batch.length) throw error
        await add(place, form, await lackingOf(place, version, there))
      }
    })
  }
  onPredicted?.(wanted.length)
}

async function add(
  { platform, project }: PublishingPlace,
  form: PaintingForm,
  tasks: readonly TaskToPredict[],
): Promise<void> {
  const loaded = await Promise.all(tasks.map(async ({ task, load }) => ({ task, prediction: await load() })))
  const predictions = loaded.flatMap(({ task, prediction }) => (prediction === undefined ? [] : [{ task, prediction }]))
  if (predictions.length > 0) await platform.addPredictions(project, form, predictions)
}

async function lackingOf(
  { platform, project }: PublishingPlace,
  version: ModelVersion,
  tasks: readonly TaskToPredict[],
): Promise<readonly TaskToPredict[]> {
  const predicted = await platform.tasksPredicted(project, version)
  return tasks.filter(({ task }) => !predicted.has(task))
}

async function presentOf(
  { platform, project }: PublishingPlace,
  tasks: readonly TaskToPredict[],
): Promise<readonly TaskToPredict[]> {
  const there = new Set<string>()
  for await (const { id } of platform.listTasks(project)) there.add(id)
  return tasks.filter(({ task }) => there.has(task))
}
