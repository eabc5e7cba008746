import type { GeneratorFacts } from '../../../schemas/generator.ts'
import { narrowFloat16, widenFloat16 } from '../onnx/float16.ts'
import { type StoredTensor, writeSafetensors } from '../onnx/safetensors.ts'
import { GeneratorError } from './errors.ts'
import { readGenerator, type Weight } from './weights.ts'

/** How weights lie in a file. They are computed with as float32 in any case. */
export type WeightPrecision = 'float32' | 'float16'

export interface WriteGeneratorOptions {
  readonly precision: WeightPrecision
}

/**
 * A whole tensor may lose twice what rounding takes from numbers in the middle of float16's range (2⁻¹¹): more means
 * that many of its numbers are too small for it.
 */
const LARGEST_LOSS = 2 ** -10

/**
 * Writes a generator as a safetensors file that `readGenerator` reads: canonical names, and facts in the metadata.
 * With `float16`, the weights of the synthesis network are halved in size. Its biases, noise and filters stay float32,
 * since they are small; and so does the mapping network, whose rounding is seen twelve times as much in the images as
 * that of everything else.
 * @param tensors by canonical name
 * @throws GeneratorError where weights are missing, of a wrong shape, not finite, or, as float16, too large or too small
 */
export function writeGenerator(
  tensors: ReadonlyMap<string, Weight>,
  facts: GeneratorFacts,
  { precision }: WriteGeneratorOptions,
): Uint8Array {
  const stored = [...tensors].map(([name, weight]): [string, StoredTensor] => [
    name,
    precision === 'float16' && canBeNarrow(name) ? narrow(name, weight) : { dtype: 'F32', ...weight },
  ])
  const file = writeSafetensors(new Map(stored), metadata(facts))
  // Nothing that cannot be read again is ever stored.
  readGenerator(file)
  return file
}

/** As `readFacts` reads it. */
function metadata(facts: GeneratorFacts): Readonly<Record<string, string>> {
  const values = {
    kind: facts.kind,
    architecture: facts.architecture,
    conv_clamp: facts.convClamp,
    mapping_lr_multiplier: facts.mappingMultiplier,
    default_truncation: facts.defaultTruncation,
    ...(facts.crop === undefined ? {} : { crop: facts.crop }),
  }
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]))
}

function canBeNarrow(name: string): boolean {
  return name.startsWith('synthesis.') && /\.(weight|const)$/.test(name)
}

function narrow(name: string, { shape, data }: Weight): StoredTensor {
  const bits = narrowFloat16(data)
  const rounded = widenFloat16(bits)
  let energy = 0
  let loss = 0
  for (let position = 0; position < data.length; position++) {
    const value = data[position] ?? 0
    const kept = rounded[position] ?? 0
    if (Number.isFinite(value) && !Number.isFinite(kept))
      throw new GeneratorError(
        `${name} holds ${value} at position ${position}, float16 ends at 65504: keep the weights as float32`,
      )
    energy += value * value
    loss += (value - kept) ** 2
  }
  if (loss > LARGEST_LOSS ** 2 * energy)
    throw new GeneratorError(`${name} holds numbers too small for float16: keep the weights as float32`)
  return { dtype: 'F16', shape, data: bits }
}
