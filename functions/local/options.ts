import type { Store } from '../../integrations/storage/index.ts'
import type { Platform } from '../../schemas/project.ts'
import type { ReportData } from '../../schemas/report.ts'
import type { Run, RunVersion } from '../../schemas/run.ts'
import type { JobProgress } from '../gpu/jobs/context.ts'
import type { EvaluateOptions } from '../gpu/jobs/evaluate.ts'
import type { ReportOptions } from '../gpu/jobs/running/writeReport.ts'
import type { JobTuning } from '../gpu/jobs/tuning.ts'
import type { Device } from '../gpu/onnx/device.ts'
import type { PublishingPlace } from '../publishing/place.ts'

/** Phases of a run of files on one machine, in their order. */
export const localPhases = ['train', 'distil', 'generate', 'curate', 'evaluate', 'report'] as const
export type LocalPhase = (typeof localPhases)[number] | 'publish'

/** All phases in their order: a run of an annotation platform's project is published before it is evaluated. */
export const orderedPhases: readonly LocalPhase[] = [
  'train',
  'distil',
  'generate',
  'curate',
  'publish',
  'evaluate',
  'report',
]

export interface LocalRunOptions extends ReportOptions {
  readonly store: Store
  readonly platform: Platform
  readonly project: string
  readonly device: Device
  /** Default: all cores. */
  readonly threads?: number
  /** Default: the newest run with the project's present inputs, else a new one. */
  readonly version?: RunVersion
  /** Where the run is published to; without it there is no phase `publish`. */
  readonly publishing?: PublishingPlace
  /** Default: all. */
  readonly phases?: readonly LocalPhase[]
  readonly evaluation?: EvaluateOptions
  /** How trainings are done, where it differs from the defaults. Give a run the same each time. */
  readonly tuning?: Partial<JobTuning>
  readonly onPhase?: (phase: LocalPhase, state: 'begin' | 'end') => void
  readonly onProgress?: (progress: JobProgress) => void
  readonly signal?: AbortSignal
  readonly now?: () => Date
}

export interface LocalRunResult {
  readonly version: RunVersion
  readonly run: Run
  /** Where the report phase was asked for. */
  readonly report: ReportData | undefined
}
