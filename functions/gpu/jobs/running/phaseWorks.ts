import type { ReportData } from '../../../../schemas/report.ts'
import type { PhaseName } from '../../../../schemas/run.ts'
import type { PublishingPlace } from '../../../publishing/place.ts'
import type { JobContext } from '../context.ts'
import { curate } from '../curate.ts'
import { distil } from '../distil.ts'
import { type EvaluateOptions, evaluate, quickEvaluation } from '../evaluate.ts'
import { publish } from '../publish.ts'
import { segment } from '../segment.ts'
import { train } from '../train.ts'
import { generateAll } from './generateAll.ts'
import type { PhaseResult } from './recordedPhase.ts'
import { type ReportOptions, writeReport } from './writeReport.ts'

export interface PhaseOptions {
  readonly now: () => Date
  /** Where the run is published to; asked when it is to be. Nothing is published where there is none. */
  readonly publishing: () => PublishingPlace | undefined
  readonly evaluation?: EvaluateOptions | undefined
  readonly report: ReportOptions
  readonly onReport?: (report: ReportData) => void
}

/** What each phase of a run does; whoever runs them keeps the record. */
export function phaseWorks(
  context: JobContext,
  { now, publishing, evaluation = quickEvaluation, report, onReport }: PhaseOptions,
): Readonly<Record<PhaseName, () => Promise<PhaseResult>>> {
  const milliseconds = (): number => now().getTime()
  return {
    train: async () => ({ worked: await train(context, milliseconds) }),
    distil: async () => ({ worked: await distil(context, milliseconds) }),
    generate: () => generateAll(context),
    curate: async () => ({ worked: await curate(context) }),
    publish: async () => {
      const place = publishing()
      return { worked: place !== undefined && (await publish(context, place)) }
    },
    segment: async () => ({ worked: await segment(context, milliseconds) }),
    evaluate: async () => ({ worked: await evaluate(context, evaluation) }),
    report: async () => {
      const written = await writeReport(context, report, now)
      onReport?.(written)
      return { worked: true }
    },
  }
}
