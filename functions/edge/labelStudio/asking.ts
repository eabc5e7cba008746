import {
  choosePaintingControl,
  encodeResult,
  isEmptyPrediction,
  type LabelConfig,
  LabelConfigError,
  parseLabelConfig,
} from '../../../integrations/label-studio/format/index.ts'
import { getJson } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import type { PredictRequest } from '../../../schemas/labelStudio/backend.ts'
import type { ModelVersion } from '../../../schemas/modelVersion.ts'
import { Project } from '../../../schemas/project.ts'
import { presentNames } from '../../factory/life/presentNames.ts'
import type { Edge } from '../options.ts'
import { nothing } from './answer.ts'
import type { StoredPrediction } from './storedPredictions.ts'

/** What the tasks of one request have in common. */
export interface Asking {
  readonly project: Project
  readonly version: ModelVersion
  readonly config: LabelConfig
  /** What parts can be called in it. */
  readonly labels: ReadonlySet<string>
}

/** @returns undefined where the project is not known, or nothing can be painted in it */
export async function readAsking(
  edge: Edge,
  { project: id, label_config: xml }: PredictRequest,
): Promise<Asking | undefined> {
  const config = readConfig(edge, id, xml)
  const record = await getJson(edge.store, projectKeys('label-studio', id).project, Project)
  if (config === undefined || record === undefined) return undefined
  const version = await edge.served.of('label-studio', id)
  const labels = new Set(choosePaintingControl(config)?.labels.map(({ name }) => name))
  return { project: record.value, version, config, labels }
}

function readConfig(edge: Edge, project: string, xml: string | null | undefined): LabelConfig | undefined {
  try {
    const config = xml == null ? undefined : parseLabelConfig(xml)
    return config !== undefined && choosePaintingControl(config) !== undefined ? config : undefined
  } catch (error) {
    if (!(error instanceof LabelConfigError)) throw error
    edge.log?.warn(
      { project: `label-studio-${project}`, reason: error.message },
      'the label configuration is unreadable',
    )
    return undefined
  }
}

/** A prediction as one item of the answer, in JSON. */
export function encodeItem(asking: Asking, prediction: StoredPrediction): string {
  const { width, height } = prediction.labelMap
  const parts = presentNames(prediction.parts, asking.labels, asking.project.life)
  const result = encodeResult(prediction, asking.config, { parts, width, height })
  // A server would store an empty prediction, and never ask again.
  if (isEmptyPrediction(result)) return nothing
  return JSON.stringify({ result, score: prediction.score, model_version: asking.version })
}
