import type { Store } from '../../integrations/storage/index.ts'
import type { Platform } from '../../schemas/project.ts'
import type { ReportData } from '../../schemas/report.ts'
import type { PhaseName, Run, RunVersion } from '../../schemas/run.ts'
import type { JobProgress } from '../gpu/jobs/context.ts'
import type { EvaluateOptions } from '../gpu/jobs/evaluate.ts'
import type { ReportOptions } from '../gpu/jobs/running/writeReport.ts'
import type { JobTuning } from '../gpu/jobs/tuning.ts'
import type { Device } from '../gpu/onnx/device.ts'
import type { PublishingPlace } from '../publishing/place.ts'

/** Phases that every run of files on one machine has, in their order. */
export const localPhases = ['train', 'distil', 'generate', 'curate', 'evaluate', 'report'] as const

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
  /** Default: all. There is a phase `segment` only where the project's settings wish for a segmenter. */
  readonly phases?: readonly PhaseName[]
  readonly evaluation?: EvaluateOptions
  /** How trainings are done, where it differs from the defaults. Give a run the same each time. */
  readonly tuning?: Partial<JobTuning>
  readonly onPhase?: (phase: PhaseName, state: 'begin' | 'end') => void
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
