import type { GeneratorFacts } from '../../../../schemas/generator.ts'
import { architectureOf, canonicalTensors } from './canonicalTensors.ts'
import type { CheckpointFormat, CheckpointOptions, ImportedCheckpoint } from './checkpoint.ts'
import { CheckpointError } from './errors.ts'
import { Notes } from './notes.ts'
import { publishedMultiplier } from './nvidiaLayers.ts'
import { refuseOtherNetworks } from './otherNetworks.ts'
import { isRosinality, readRosinality } from './rosinality.ts'
import { usualTruncation } from './sources.ts'
import type { TensorSource } from './tensorSource.ts'

/** Weights by name, and nothing that says how to compute with them but their names. */
export interface StateDict {
  /** What the file is, where the names are NVIDIA's. */
  readonly format: CheckpointFormat
  readonly source: TensorSource
  /** What the file says beside its weights. */
  readonly facts?: GeneratorFacts
}

/**
 * A generator from weights under rosinality's or NVIDIA's names.
 * @throws CheckpointError where they are those of another network, or some are missing
 */
export function readStateDict({ format, source, facts }: StateDict, options: CheckpointOptions): ImportedCheckpoint {
  if (isRosinality(source)) return readRosinality(source, options)
  refuseOtherNetworks(source.names)
  if (!source.names.some((name) => /^(mapping|synthesis)\./.test(name)))
    throw new CheckpointError(
      `the weights ${source.names.slice(0, 3).join(', ')}, … have names of neither NVIDIA's nor rosinality's ` +
        'StyleGAN2 generator: convert the file with the tools of the project that it comes from',
    )
  const notes = new Notes()
  const known = facts ?? guessedFacts(source, notes)
  const tensors = canonicalTensors(source, { ...known, classIndex: options.classIndex }, notes)
  return { format, facts: known, tensors, notes: notes.all }
}

function guessedFacts(source: TensorSource, notes: Notes): GeneratorFacts {
  notes.add(
    'the file holds weights alone: no limit of activations (conv_clamp) and a mapping multiplier of ' +
      `${publishedMultiplier} were taken for granted, as in published configurations without float16`,
  )
  return {
    kind: 'stylegan2',
    architecture: architectureOf(source),
    convClamp: null,
    mappingMultiplier: publishedMultiplier,
    defaultTruncation: usualTruncation,
  }
}
