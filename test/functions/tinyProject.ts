import { importSeeds, projectId } from '../../cli/importSeeds.ts'
import { defaultTuning } from '../../functions/gpu/jobs/tuning.ts'
import type { JobTuning } from '../../functions/local.ts'
import { packageFile } from '../../integrations/packageFiles.ts'
import type { Store } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import type { ProjectSettings } from '../../schemas/project.ts'

export const tinySeeds = packageFile('models/avatars/seeds')
export const tinyKeys = projectKeys('local', projectId)

/** Trainings that take a second: they teach little, and go through everything. */
export const tinyTuning: Partial<JobTuning> = {
  interpreter: { ...defaultTuning.interpreter, steps: 20, interval: 5, batch: 32 },
  student: { ...defaultTuning.student, steps: 20, interval: 5, batch: 32 },
  lessons: { images: 4, candidatesPerImage: 20, pixelsPerImage: 10 },
  pixelsPerImage: 100,
  checkpointInterval: 0,
}

/** A segmenter that is trained in a second. */
export const tinySegmenter = { steps: 4, interval: 2, batch: 2, width: 32, height: 32, outputStride: 16 } as const

export const tinyEvaluation = { members: 1, steps: 10, comparedSamples: 2 }

/** What every tiny run has in common. */
export const tinyRun = {
  platform: 'local',
  project: projectId,
  device: 'cpu',
  threads: 2,
  tuning: tinyTuning,
  evaluation: tinyEvaluation,
} as const

/** A project with some of the shipped seeds, and a run of ten images in shards of four. */
export async function makeTinyProject(
  store: Store,
  settings: Partial<ProjectSettings> = {},
  seeds: readonly number[] = [100, 101, 102],
): Promise<readonly string[]> {
  return importSeeds(
    { store, keys: tinyKeys },
    {
      seedsFolder: tinySeeds,
      read: { seeds },
      settings: { members: 2, samplesPerRun: 10, shardSize: 4, ...settings },
    },
  )
}

/** All objects of a store under a prefix, by their keys. */
export async function objectsOf(store: Store, prefix = ''): Promise<Map<string, string>> {
  const objects = new Map<string, string>()
  for await (const key of store.list(prefix)) {
    const object = await store.get(key)
    if (object !== undefined) objects.set(key, Buffer.from(object.bytes).toString('base64'))
  }
  return objects
}

/** A run's objects that must be the same however often it was interrupted: all but those that hold times. */
export async function datasetOf(store: Store): Promise<Map<string, string>> {
  const objects = await objectsOf(store, tinyKeys.runs)
  return new Map([...objects].filter(([key]) => !/\/(run|report)\.json$/.test(key)))
}
