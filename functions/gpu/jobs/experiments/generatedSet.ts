/** Generated datasets of an experiment: runs of projects of its own, which trials share where they want the same. */
import { encodeLabelMap } from '../../../../integrations/images/index.ts'
import {
  createJson,
  encodeJson,
  ensure,
  getJson,
  MissingError,
  updateJson,
} from '../../../../integrations/storage/index.ts'
import { type ProjectKeys, projectKeys } from '../../../../integrations/storage/keys.ts'
import { Annotation } from '../../../../schemas/annotation.ts'
import type { OursArm } from '../../../../schemas/experiment.ts'
import type { LabelMap } from '../../../../schemas/labelMap.ts'
import { Project } from '../../../../schemas/project.ts'
import { RunManifest } from '../../../../schemas/runManifest.ts'
import { Sample, sampleId } from '../../../../schemas/sample.ts'
import { sha256Of } from '../../../../schemas/sha256.ts'
import { openRun } from '../../../runs.ts'
import type { JobContext } from '../context.ts'
import { tuningOf } from '../context.ts'
import { presentInputs } from '../runInputs.ts'
import { endRun } from '../running/endRun.ts'
import { phaseWorks } from '../running/phaseWorks.ts'
import { recordPhases } from '../running/recordPhases.ts'
import type { TrialContext } from './context.ts'

/** What decides a dataset, but for its length and what is dropped of it. */
export type GeneratedRequest = Pick<OursArm, 'truncation' | 'members' | 'labeler'> & {
  /** Generator seeds of the painted images. */
  readonly painted: readonly number[]
}

export interface GeneratedSet {
  readonly context: JobContext
  readonly manifest: RunManifest
}

/** Each random seed draws its images from a place of its own, far from painted ones. */
const firstSeeds = { from: 10_000, apart: 100_000 }

/** Makes a dataset of at least so many images, as far as it is not there already. */
export async function generatedSet(
  trial: TrialContext,
  request: GeneratedRequest,
  images: number,
): Promise<GeneratedSet> {
  const { store, engine, settings, now, signal, onProgress } = trial
  const { keys } = await openGeneratedProject(trial, request)
  await updateJson(store, keys.project, Project, (project) => ({
    ...project,
    settings: { ...project.settings, samplesPerRun: Math.max(images, project.settings.samplesPerRun) },
  }))
  const version = await openRun(store, keys, await presentInputs(store, keys), now)
  const { interpreter, ...tuning } = tuningOf({ tuning: settings.tuning })
  const context: JobContext = {
    store,
    keys,
    run: keys.run(version),
    version,
    engine,
    signal,
    onProgress,
    tuning: { ...tuning, interpreter: { ...interpreter, seed: trial.trial.randomSeed } },
  }
  const works = phaseWorks(context, { now, publishing: () => undefined, report: {} })
  await recordPhases(context, ['train', 'distil', 'generate', 'curate'], { now }, works)
  await endRun(context)
  const manifest = (await getJson(store, context.run.manifest, RunManifest))?.value
  if (manifest === undefined) throw new MissingError(context.run.manifest)
  return { context, manifest }
}

/** Makes project and paintings, as far as they are not there. */
export async function openGeneratedProject(
  { store, data, settings: { tuning }, trial: { randomSeed }, now }: TrialContext,
  { painted, ...request }: GeneratedRequest,
): Promise<{ readonly keys: ProjectKeys; readonly project: Project }> {
  const { generator, labelList, settings } = data.seeds
  const named = sha256Of(JSON.stringify([data.fingerprint, painted, request, randomSeed, tuning]))
  const id = `generated-${named.slice(0, 16)}`
  const keys = projectKeys('local', id)
  const there = (await getJson(store, keys.project, Project))?.value
  if (there !== undefined) return { keys, project: there }
  await data.seeds.copyGenerator(store)
  const wanted = Project.parse({
    schemaVersion: 1,
    id,
    platform: 'local',
    generator,
    labelList,
    settings: {
      shardSize: 50,
      ...settings,
      ...request,
      samplesPerRun: 1,
      firstSeed: firstSeeds.from + firstSeeds.apart * randomSeed,
    },
    createdAt: now().toISOString(),
  })
  const labelMaps = await data.seeds.paint(painted)
  for (const [index, labelMap] of labelMaps.entries()) {
    const seed = painted[index]
    if (seed !== undefined) await savePainting({ store, data, now }, keys, seed, labelMap)
  }
  // Last, so that a project that is there is whole.
  await createJson(store, keys.project, Project, wanted)
  return { keys, project: wanted }
}

async function savePainting(
  { store, data, now }: Pick<TrialContext, 'store' | 'data' | 'now'>,
  keys: ProjectKeys,
  seed: number,
  labelMap: LabelMap,
): Promise<void> {
  const { generator, labelList } = data.seeds
  const recipe = { generator: generator.name, seed, truncation: labelList.truncation }
  const sample = sampleId(recipe)
  const png = encodeLabelMap(labelMap, labelList.parts)
  await ensure(
    store,
    keys.sample(sample),
    encodeJson(keys.sample(sample), Sample, { schemaVersion: 1, id: sample, ...recipe }),
  )
  await ensure(store, keys.annotationLabels(sample), png)
  if ((await store.head(keys.annotation(sample))) !== undefined) return
  await createJson(store, keys.annotation(sample), Annotation, {
    schemaVersion: 1,
    sample,
    source: `the experiment on ${data.name}`,
    updatedAt: now().toISOString(),
    sha256: sha256Of(png),
  })
}
