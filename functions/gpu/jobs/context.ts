import { getJson, MissingError, type Store } from '../../../integrations/storage/index.ts'
import type { ProjectKeys, RunKeys } from '../../../integrations/storage/keys.ts'
import { Project } from '../../../schemas/project.ts'
import type { PhaseName, RunVersion } from '../../../schemas/run.ts'
import type { LabelSize } from '../interpreter/pixelFeatures.ts'
import type { Engine } from '../onnx/engine.ts'
import { defaultTuning, type JobTuning } from './tuning.ts'

/** How far a job is. */
export interface JobProgress {
  readonly phase: PhaseName
  /** What is going on: `training`, `features`. */
  readonly task: string
  readonly done: number
  readonly total: number
  readonly unit: 'images' | 'steps' | 'tasks'
  /** Held-out loss, where something is being trained. */
  readonly loss?: number
}

/** What every job gets. A job is a function of the store: run twice, it leaves the same objects. */
export interface JobContext {
  readonly store: Store
  readonly keys: ProjectKeys
  readonly run: RunKeys
  readonly version: RunVersion
  readonly engine: Engine
  readonly onProgress?: ((progress: JobProgress) => void) | undefined
  /** Interrupts the job at its next safe point. */
  readonly signal?: AbortSignal | undefined
  /** What differs from the defaults. */
  readonly tuning?: Partial<JobTuning> | undefined
}

/** A job cannot be done with what the store holds. */
export class JobError extends Error {
  override readonly name = 'JobError'
}

/** @throws MissingError where there is no project */
export async function readProject({ store, keys }: Pick<JobContext, 'store' | 'keys'>): Promise<Project> {
  const stored = await getJson(store, keys.project, Project)
  if (stored === undefined) throw new MissingError(keys.project)
  return stored.value
}

export function labelSize({ settings }: Project): LabelSize {
  return { width: settings.labelWidth, height: settings.labelHeight }
}

export function tuningOf({ tuning }: Pick<JobContext, 'tuning'>): JobTuning {
  return { ...defaultTuning, ...tuning }
}
