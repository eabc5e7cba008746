import { encodeLabelMap } from '../../../integrations/images/index.ts'
import type { NewTask, PaintingForm } from '../../../integrations/platform/index.ts'
import { AlreadyExistsError, MissingError, type Store } from '../../../integrations/storage/index.ts'
import type { ProjectKeys } from '../../../integrations/storage/keys.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { Project } from '../../../schemas/project.ts'
import type { Sample } from '../../../schemas/sample.ts'
import { importSamples, tasksBySample } from '../../publishing/importSamples.ts'
import { patiently } from '../../publishing/patience.ts'
import type { PublishingPlace } from '../../publishing/place.ts'
import { loadDraft, openPredictions } from '../../publishing/predictions.ts'
import { servedRun } from '../../publishing/servedRun.ts'
import type { Engine } from '../onnx/engine.ts'
import { chooseSeeds } from './chooseSeeds.ts'
import { readProject } from './context.ts'
import { paintingForm } from './publish.ts'
import { renderSeeds } from './seedImages.ts'

export interface SeedsContext extends PublishingPlace {
  readonly engine: Engine
  /** Makes first masks, where the project wants them. */
  readonly draft?:
    | ((image: Uint8Array, project: Project, signal: AbortSignal | undefined) => Promise<LabelMap | undefined>)
    | undefined
}

/**
 * Makes the seed samples that the project's seed list wants, and shows them to the annotator as tasks. Every step looks
 * first what is there: done again, or going on after it was killed, it leaves each sample as one task.
 */
export async function seeds(context: SeedsContext): Promise<void> {
  const { store, keys, engine } = context
  const project = await readProject(context)
  const shown = new Set((await patiently(context, () => tasksBySample(context))).keys())
  const samples = await chooseSeeds({ store, keys, engine }, project, shown)
  await renderSeeds(context, project, samples)
  const missing = samples.filter(({ id }) => !shown.has(id))
  for (const sample of missing) {
    context.signal?.throwIfAborted()
    await draftSample(context, project, sample)
  }
  const form = paintingForm(project)
  const predict = await predictor(store, keys, form)
  const wanted = samples.map(({ id }) => ({ sample: id, load: () => seedTask(store, keys, id, predict) }))
  await importSamples(context, form, wanted)
  await patiently(context, () => context.platform.prepareViews(context.project))
}

/** A draft never keeps a seed from being shown: without it, the image is painted from nothing. */
async function draftSample(context: SeedsContext, project: Project, { id }: Sample): Promise<void> {
  const { store, keys, draft, onTrouble } = context
  if (draft === undefined || project.life.drafts === undefined || (await store.head(keys.draft(id))) !== undefined)
    return
  const image = await store.get(keys.sampleImage(id))
  if (image === undefined) throw new MissingError(keys.sampleImage(id))
  try {
    const labelMap = await draft(image.bytes, project, context.signal)
    if (labelMap !== undefined) await store.create(keys.draft(id), encodeLabelMap(labelMap, project.labelList.parts))
  } catch (error) {
    if (error instanceof AlreadyExistsError) return
    onTrouble?.(`no draft for ${id}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

type Predictor = (sample: string) => Promise<NewTask['prediction']>

/**
 * What the version that is shown says of a sample; before the first run, a draft where there is one. Nothing where it was
 * made for other parts or another size: it would show wrong parts, or keep the platform from taking the seed.
 */
async function predictor(store: Store, keys: ProjectKeys, form: PaintingForm): Promise<Predictor> {
  const fitting = (prediction: NewTask['prediction']): NewTask['prediction'] => {
    const { width, height, data } = prediction?.labelMap ?? { width: 0, height: 0, data: new Uint8Array() }
    const fits = width === form.width && height === form.height && data.every((id) => id < form.parts.length)
    return fits ? prediction : undefined
  }
  const version = await servedRun({ store, keys })
  if (version === undefined) return async (sample) => fitting(await loadDraft(store, keys, sample))
  const predictions = await openPredictions(store, keys, version)
  if (predictions?.parts.join('\n') !== form.parts.join('\n')) return async () => undefined
  return async (sample) => fitting(await predictions.load(sample))
}

async function seedTask(store: Store, keys: ProjectKeys, id: string, predict: Predictor): Promise<NewTask> {
  const image = await store.get(keys.sampleImage(id))
  if (image === undefined) throw new MissingError(keys.sampleImage(id))
  const prediction = await predict(id)
  return { sample: id, kind: 'seed', image: image.bytes, ...(prediction === undefined ? {} : { prediction }) }
}
