import type { CheckpointOptions, ImportedCheckpoint } from './checkpoint.ts'
import { CheckpointError } from './errors.ts'
import { describe } from './modules.ts'
import { readNvidia } from './nvidia.ts'
import { PickledObject, PickledTensor, type PickleValue } from './pickle/value.ts'
import { averageName } from './rosinality.ts'
import { pickledSource } from './sources.ts'
import { readStateDict } from './stateDict.ts'

/**
 * The generator of what a pickle holds: NVIDIA's snapshot (a dict with `G_ema`) or its `Generator` alone; rosinality's
 * checkpoint (a dict with `g_ema` and `latent_avg`) or a generator's `state_dict` alone.
 * @throws CheckpointError says what was found instead
 */
export function readPickled(value: PickleValue, options: CheckpointOptions): ImportedCheckpoint {
  if (value instanceof PickledObject) return readObject(value, options)
  if (!(value instanceof Map)) throw new CheckpointError(`the file holds ${describe(value)}, expected ${expected}`)
  const fields: ReadonlyMap<PickleValue, PickleValue> = value
  const generator = fields.get(fields.has('G_ema') ? 'G_ema' : 'g_ema')
  if (generator instanceof PickledObject) return readObject(generator, options)
  if (generator instanceof Map) return readWeights(generator, fields.get(averageName), options)
  if (generator !== undefined)
    throw new CheckpointError(`its generator is ${describe(generator)}, expected ${expected}`)
  if ([...fields.values()].some((field) => field instanceof PickledTensor))
    return readWeights(fields, undefined, options)
  throw new CheckpointError(`${withoutGenerator(fields)} Expected ${expected}`)
}

const expected = "a dict with G_ema (NVIDIA's StyleGAN2) or g_ema (rosinality's), or a generator's weights by name"

function readObject(network: PickledObject, options: CheckpointOptions): ImportedCheckpoint {
  if (/(^|\.)Discriminator$/.test(network.className))
    throw new CheckpointError(
      'the file holds a discriminator, which makes no images: give the file that holds the generator (G_ema)',
    )
  return readNvidia(network, options)
}

function readWeights(
  stateDict: ReadonlyMap<PickleValue, PickleValue>,
  average: PickleValue | undefined,
  options: CheckpointOptions,
): ImportedCheckpoint {
  const tensors = new Map<string, PickledTensor>()
  for (const [name, tensor] of stateDict)
    if (typeof name === 'string' && tensor instanceof PickledTensor) tensors.set(name, tensor)
  if (average instanceof PickledTensor) tensors.set(averageName, average)
  return readStateDict({ format: 'nvidia-pickle', source: pickledSource(tensors) }, options)
}

function withoutGenerator(fields: ReadonlyMap<PickleValue, PickleValue>): string {
  const names = [...fields.keys()]
    .slice(0, 8)
    .map((name) => (typeof name === 'string' ? name.slice(0, 40) : describe(name)))
  const found = names.length === 0 ? 'an empty dict' : `a dict with ${names.join(', ')}`
  return fields.has('D') || fields.has('d')
    ? `the file holds a discriminator and no averaged generator: ${found}.`
    : `the file holds ${found}.`
}
