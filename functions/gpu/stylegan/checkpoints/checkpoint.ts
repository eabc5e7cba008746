import type { GeneratorFacts, GeneratorRecord } from '../../../../schemas/generator.ts'
import type { Weight } from '../weights.ts'

/** Where weights can come from. */
export type CheckpointFormat = GeneratorRecord['source']['format']

export interface CheckpointOptions {
  /** Class whose images a conditional network makes, counted from 0; left out for others. */
  readonly classIndex?: number
}

/** A generator as `writeGenerator` takes it. */
export interface ImportedCheckpoint {
  readonly format: CheckpointFormat
  readonly facts: GeneratorFacts
  /** By canonical name, float32, contiguous. */
  readonly tensors: ReadonlyMap<string, Weight>
  /** What a person should know: what was left out or taken for granted. */
  readonly notes: readonly string[]
}
