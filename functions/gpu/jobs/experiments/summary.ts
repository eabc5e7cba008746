/** Trials of one arm as mean and deviation. */
import type { ArmSummary, ExperimentResults, TrialRecord } from '../../../../schemas/experiment.ts'
import { armName, armSlug } from './arms.ts'

export interface MeanAndDeviation {
  readonly mean: number
  /** Of a sample: over n − 1. Null of a single value. */
  readonly deviation: number | null
}

/** @param values one at least */
export function meanAndDeviation(values: readonly number[]): MeanAndDeviation {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (values.length < 2) return { mean, deviation: null }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) }
}

/** One summary for each arm, in the order in which they occur. */
export function summarize(records: readonly TrialRecord[]): readonly ArmSummary[] {
  const byArm = new Map<string, TrialRecord[]>()
  for (const record of records) {
    const slug = armSlug(record.trial.arm)
    byArm.set(slug, [...(byArm.get(slug) ?? []), record])
  }
  return [...byArm.values()].flatMap((trials) => {
    const [first] = trials
    if (first === undefined) return []
    const of = (measure: (record: TrialRecord) => number): MeanAndDeviation => meanAndDeviation(trials.map(measure))
    const interpreters = trials.flatMap(({ interpreter }) => interpreter?.presentOnly ?? [])
    return [
      {
        arm: first.trial.arm,
        name: armName(first.trial.arm),
        trials: trials.length,
        miou: of(({ miou }) => miou.presentOnly),
        absentAsZero: of(({ miou }) => miou.absentAsZero),
        heldOut: of(({ heldOut }) => heldOut.presentOnly),
        interpreter: interpreters.length === 0 ? null : meanAndDeviation(interpreters),
        parts: first.parts.map(({ id }) => {
          const values = trials.flatMap(({ parts }) => parts[id]?.iou ?? [])
          return values.length === 0 ? null : meanAndDeviation(values).mean
        }),
        seconds: of(({ seconds }) => seconds).mean,
      },
    ]
  })
}

/** The supervised arm that learned most images: what the others are held against. */
export function fullySupervised(arms: readonly ArmSummary[]): ArmSummary | undefined {
  return arms
    .filter(({ arm }) => arm.kind === 'supervised')
    .reduce<ArmSummary | undefined>((most, one) => (imagesOf(one) > imagesOf(most) ? one : most), undefined)
}

function imagesOf(summary: ArmSummary | undefined): number {
  return summary?.arm.kind === 'supervised' ? summary.arm.images : 0
}

/** What the experiment came to so far. */
export function resultsOf(
  given: Pick<ExperimentResults, 'data' | 'preset' | 'parts' | 'testImages'> & {
    readonly leftOut: readonly ExperimentResults['leftOut'][number][]
  },
  records: readonly TrialRecord[],
): ExperimentResults {
  return {
    schemaVersion: 1,
    data: given.data,
    preset: given.preset,
    parts: given.parts,
    testImages: given.testImages,
    leftOut: [...given.leftOut],
    arms: [...summarize(records)],
    trials: [...records],
  }
}
