import { createHash } from 'node:crypto'
import type { Annotation } from '../../schemas/annotation.ts'
import type { Project } from '../../schemas/project.ts'
import type { RunPainting } from '../../schemas/run.ts'

/** What a run is made from. */
export interface RunInputs {
  /** All of it as one hash: SHA-256 in hexadecimal. */
  readonly inputs: string
  readonly paintings: RunPainting[]
}

/**
 * What a run's labels are made from, as one hash: generator, label list, annotations, and the settings that decide what
 * an image looks like and how it is labelled. How many images are made, how many of them are dropped, and what segmenter
 * learns from them may change within a run: its model stays the same.
 */
export function runInputs(
  { generator, labelList, settings }: Project,
  annotations: readonly Pick<Annotation, 'sample' | 'sha256'>[],
): RunInputs {
  const paintings = annotations
    .map(({ sample, sha256 }) => ({ sample, sha256 }))
    .toSorted((a, b) => (a.sample < b.sample ? -1 : 1))
  const painted = paintings.map(({ sample, sha256 }) => [sample, sha256])
  const { members, truncation, labeler, balanceParts, labelWidth, labelHeight, firstSeed, shardSize } = settings
  // Left out where it is as ever, so that runs of before keep their hash.
  const precision = settings.precision === 'float32' ? {} : { precision: settings.precision }
  const sizes = { labelWidth, labelHeight, firstSeed, shardSize }
  const settled = { members, truncation, labeler, balanceParts, ...sizes, ...precision }
  const inputs = createHash('sha256')
    .update(JSON.stringify([generator.sha256, labelList, settled, painted]))
    .digest('hex')
  return { inputs, paintings }
}
