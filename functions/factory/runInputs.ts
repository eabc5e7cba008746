import { createHash } from 'node:crypto'
import type { Annotation } from '../../schemas/annotation.ts'
import type { Project } from '../../schemas/project.ts'

/**
 * What a run's labels are made from, as one hash: generator, label list, annotations, and the settings that decide what
 * an image looks like and how it is labelled. How many images are made, and how many of them are dropped, may change
 * within a run: its model stays the same.
 * @returns SHA-256 in hexadecimal
 */
export function runInputs({ generator, labelList, settings }: Project, annotations: readonly Annotation[]): string {
  const painted = annotations
    .map(({ sample, sha256 }) => [sample, sha256])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))
  const { members, truncation, labeler, balanceParts, labelWidth, labelHeight, firstSeed, shardSize } = settings
  const settled = { members, truncation, labeler, balanceParts, labelWidth, labelHeight, firstSeed, shardSize }
  return createHash('sha256')
    .update(JSON.stringify([generator.sha256, labelList, settled, painted]))
    .digest('hex')
}
