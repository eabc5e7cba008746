/** Predictions as runs and drafts left them in the store. */
import { decodeLabelMap } from '../../integrations/images/labelMapPng.ts'
import type { Prediction } from '../../integrations/platform/index.ts'
import { getJson, type Store } from '../../integrations/storage/index.ts'
import type { ProjectKeys } from '../../integrations/storage/keys.ts'
import { draftVersion, type ModelVersion } from '../../schemas/modelVersion.ts'
import { RunManifest } from '../../schemas/runManifest.ts'
import { SeedPredictions } from '../../schemas/seedPredictions.ts'
import { draftScore, predictionScore } from '../factory/predictionScore.ts'

/** What a version says of samples. */
export interface StoredPredictions {
  readonly version: ModelVersion
  /** Names of its parts, by id. */
  readonly parts: readonly string[]
  has(sample: string): boolean
  load(sample: string): Promise<Prediction | undefined>
}

/** @returns undefined where the version's run has no dataset */
export async function openPredictions(
  store: Store,
  keys: ProjectKeys,
  version: Exclude<ModelVersion, typeof draftVersion>,
): Promise<StoredPredictions | undefined> {
  const run = keys.run(version)
  const manifest = (await getJson(store, run.manifest, RunManifest))?.value
  if (manifest === undefined) return undefined
  const seeds = (await getJson(store, run.seedPredictions, SeedPredictions))?.value.lines ?? []
  const scores = new Map([...manifest.lines, ...seeds].map(({ id, score }) => [id, score]))
  const { labelList, settings } = manifest
  return {
    version,
    parts: labelList.parts.map(({ name }) => name),
    has: (sample) => scores.has(sample),
    load: async (sample) => {
      const score = scores.get(sample)
      const labels = score === undefined ? undefined : await store.get(run.labelMap(sample))
      if (score === undefined || labels === undefined) return undefined
      const certainty = predictionScore(score, settings.members, labelList.parts.length)
      return { version, score: certainty, labelMap: decodeLabelMap(labels.bytes) }
    },
  }
}

/** A first mask by another model, where there is one. */
export async function loadDraft(store: Store, keys: ProjectKeys, sample: string): Promise<Prediction | undefined> {
  const labels = await store.get(keys.draft(sample))
  if (labels === undefined) return undefined
  return { version: draftVersion, score: draftScore, labelMap: decodeLabelMap(labels.bytes) }
}
