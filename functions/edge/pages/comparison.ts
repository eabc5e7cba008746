/** How one version differs from the one before. */
import type { Evaluation } from '../../../schemas/evaluation.ts'

/** mIoU over all parts at the finest level, absent parts left out; undefined where none was measured. */
export const meanIou = (evaluation: Evaluation | undefined): number | undefined =>
  evaluation?.levels.at(-1)?.presentOnly

export interface PartScore {
  readonly id: number
  readonly name: string
  readonly iou: number | null
  /** Against the other evaluation; undefined where one of them has no score for the part. */
  readonly change: number | undefined
}

/** Scores of the parts, each against the part of the same name: ids differ where the label list was changed. */
export function comparePartScores(current: Evaluation, previous: Evaluation | undefined): readonly PartScore[] {
  const before = new Map(previous?.parts.map(({ name, iou }) => [name, iou]))
  return current.parts.map(({ id, name, iou }) => ({ id, name, iou, change: difference(iou, before.get(name)) }))
}

/** now − before; undefined where either is not known */
export function difference(now: number | null | undefined, before: number | null | undefined): number | undefined {
  return now == null || before == null ? undefined : now - before
}
