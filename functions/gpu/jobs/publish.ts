import type { NewTask, PaintingForm, Prediction } from '../../../integrations/platform/index.ts'
import { getJson, MissingError, type Store } from '../../../integrations/storage/index.ts'
import type { RunKeys } from '../../../integrations/storage/keys.ts'
import type { ManifestLine } from '../../../schemas/manifest.ts'
import type { Project } from '../../../schemas/project.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import { choosePublished } from '../../factory/life/publication.ts'
import { importSamples, tasksBySample } from '../../publishing/importSamples.ts'
import { patiently } from '../../publishing/patience.ts'
import type { PublishingPlace } from '../../publishing/place.ts'
import { openPredictions } from '../../publishing/predictions.ts'
import { predictTasks } from '../../publishing/predictTasks.ts'
import { showVersion } from '../../publishing/showVersion.ts'
import { type JobContext, JobError, labelSize, readProject } from './context.ts'
import { predictSeeds } from './seedPredictions.ts'

/**
 * Gives a run's results to the annotation platform: some of its images as pre-annotated tasks, its predictions for the
 * tasks that are there, and its version as the one that is shown. Done again, it adds nothing.
 * @returns true: whether anything is missing only the platform knows
 * @throws JobError where the run has no dataset; PlatformError
 */
export async function publish(context: JobContext, place: PublishingPlace): Promise<boolean> {
  const { store, keys, run, version, onProgress } = context
  const manifest = (await getJson(store, run.manifest, RunManifest))?.value
  if (manifest === undefined) throw new JobError(`${version} has no dataset yet: generate and curate it first`)
  const project: Project = {
    ...(await readProject(context)),
    labelList: manifest.labelList,
    settings: manifest.settings,
  }
  await predictSeeds(context, project)
  const predictions = await openPredictions(store, keys, version)
  if (predictions === undefined) throw new MissingError(run.manifest)
  const form = paintingForm(project)
  const report = (task: string, total: number) => (done: number) =>
    onProgress?.({ phase: 'publish', task, done, total, unit: 'tasks' })

  const chosen = choosePublished(manifest.lines, project.life.publishShare)
  const wanted = chosen.map((line) => ({
    sample: line.id,
    load: () => newTask(store, run, line, () => predictions.load(line.id)),
  }))
  await importSamples(place, form, wanted, report('importing tasks', wanted.length))

  const tasks = [...(await patiently(place, () => tasksBySample(place))).values()]
  const predictable = tasks.flatMap(({ id, sample }) =>
    predictions.has(sample) ? [{ task: id, load: () => predictions.load(sample) }] : [],
  )
  await predictTasks(place, form, version, predictable, report('adding predictions', predictable.length))
  await patiently(place, () => showVersion(place, version))
  await patiently(place, () => place.platform.prepareViews(place.project))
  return true
}

/** What label maps of a project are made of and look like. */
export function paintingForm(project: Project): PaintingForm {
  return { parts: project.labelList.parts.map(({ name }) => name), ...labelSize(project) }
}

async function newTask(
  store: Store,
  run: RunKeys,
  { id }: ManifestLine,
  loadPrediction: () => Promise<Prediction | undefined>,
): Promise<NewTask> {
  const image = await store.get(run.image(id))
  if (image === undefined) throw new MissingError(run.image(id))
  const prediction = await loadPrediction()
  return { sample: id, kind: 'generated', image: image.bytes, ...(prediction === undefined ? {} : { prediction }) }
}
