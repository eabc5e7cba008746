/** Predictions that were made before, by sample. */
import { decodeLabelMap } from '../../../integrations/images/labelMapPng.ts'
import { InvalidKeyError, type Store } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { LabelList } from '../../../schemas/labels.ts'
import { draftVersion, type ModelVersion } from '../../../schemas/modelVersion.ts'
import type { Project } from '../../../schemas/project.ts'
import type { RunVersion } from '../../../schemas/run.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import { SeedPredictions } from '../../../schemas/seedPredictions.ts'
import type { ShardLine } from '../../../schemas/shard.ts'
import { draftScore, predictionScore } from '../../factory/predictionScore.ts'
import { createDigests } from '../digests.ts'

/** Manifests of long runs are megabytes: so many of them are remembered. */
const capacity = 8

export interface StoredPrediction {
  readonly labelMap: LabelMap
  /** 0 to 1, higher is more certain. */
  readonly score: number
  /** Names of the parts as they were when the prediction was made; the index is the part's id. */
  readonly parts: readonly string[]
}

/** The prediction of a sample, or undefined where there is none. @throws ImageFileError, StorageError */
export type PredictionOf = (sample: string) => Promise<StoredPrediction | undefined>

const uncertaintyOf = (lines: readonly ShardLine[]): ReadonlyMap<string, number> =>
  new Map(lines.map(({ id, score }) => [id, score]))
const partNames = ({ parts }: LabelList): readonly string[] => parts.map(({ name }) => name)

/**
 * Opens what a version predicts. Generated samples are in the run's manifest, unless the filter dropped them; painted
 * seeds in its seed predictions; before the first run there may be drafts.
 * @returns a function of project and version, which throws InvalidRecordError and StorageError
 */
export function openStoredPredictions(
  store: Store,
): (project: Project, version: ModelVersion) => Promise<PredictionOf> {
  const manifestOf = createDigests(store, {
    schema: RunManifest,
    capacity,
    digest: ({ labelList, settings, lines }) => ({
      parts: partNames(labelList),
      members: settings.members,
      uncertainty: uncertaintyOf(lines.filter(({ kept }) => kept)),
    }),
  })
  const seedsOf = createDigests(store, {
    schema: SeedPredictions,
    capacity,
    digest: ({ lines }) => uncertaintyOf(lines),
  })

  const ofRun = async (project: Project, version: RunVersion): Promise<PredictionOf> => {
    const run = projectKeys(project.platform, project.id).run(version)
    const [manifest, seeds] = await Promise.all([manifestOf(run.manifest), seedsOf(run.seedPredictions)])
    const parts = manifest?.parts ?? partNames(project.labelList)
    const members = manifest?.members ?? project.settings.members
    return async (sample) => {
      const uncertainty = manifest?.uncertainty.get(sample) ?? seeds?.get(sample)
      if (uncertainty === undefined) return undefined
      const object = await store.get(run.labelMap(sample))
      if (object === undefined) return undefined
      const score = predictionScore(uncertainty, members, parts.length)
      return { labelMap: decodeLabelMap(object.bytes), score, parts }
    }
  }

  const ofDrafts = (project: Project): PredictionOf => {
    const keys = projectKeys(project.platform, project.id)
    const parts = partNames(project.labelList)
    return async (sample) => {
      const key = keyOf(() => keys.draft(sample))
      const object = key === undefined ? undefined : await store.get(key)
      return object && { labelMap: decodeLabelMap(object.bytes), score: draftScore, parts }
    }
  }

  return async (project, version) => (version === draftVersion ? ofDrafts(project) : await ofRun(project, version))
}

/** What a task's data holds is anyone's; a name that cannot stand in a key is no sample's. */
function keyOf(key: () => string): string | undefined {
  try {
    return key()
  } catch (error) {
    if (error instanceof InvalidKeyError) return undefined
    throw error
  }
}
