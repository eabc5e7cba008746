/** Weights of other trainings to begin with: a backbone that knows ImageNet, or a whole DeepLab-V3. */
import { float32, type HostTensor } from '../onnx/hostTensor.ts'
import { float32Values, readSafetensors, SafetensorsError, type StoredTensor } from '../onnx/safetensors.ts'
import { type DeepLabShape, deepLabParameters, deepLabStatistics } from './deeplab.ts'
import { nameCheckpoint } from './pretrainedNames.ts'

/** The file's weights are not those of this network: the message lists what is wrong. */
export class PretrainedError extends Error {
  override readonly name = 'PretrainedError'
}

export interface Pretrained {
  /** float32 tensors by the network's names. */
  readonly tensors: ReadonlyMap<string, HostTensor>
  /** The backbone alone, or head and backbone. */
  readonly kind: 'backbone' | 'whole'
  /** Tensors of the network that are not among them: they begin untrained. */
  readonly untrained: readonly string[]
  /** Tensors of the file that have no place in the network: classifiers of whole images, heads of other tasks. */
  readonly leftOver: readonly string[]
}

const lastLayer = /^classifier\.4\./
const mostListed = 8

/**
 * Reads weights with the names of torchvision, timm or transformers. Every tensor of the backbone has to be there in the
 * network's shape, and every one of the head where the file has a head, but for its last layer: where that tells another
 * number of classes apart, it begins untrained.
 * @param bytes a safetensors file of float32, float16 or bfloat16
 * @throws PretrainedError where it is no such file; lists what is missing or has another shape
 */
export function readPretrained(network: DeepLabShape, bytes: Uint8Array): Pretrained {
  const stored = readFile(bytes)
  const checkpoint = nameCheckpoint(stored.keys())
  if (checkpoint === undefined)
    throw new PretrainedError(
      'the file holds no residual network: it has no tensor whose name ends in layer1.0.conv1.weight, as torchvision and ' +
        `timm call it, but ${listed([...stored.keys()])}`,
    )
  const { kind, names, leftOver } = checkpoint
  const shapes = { ...deepLabParameters(network), ...deepLabStatistics(network) }
  const found = new Map<string, HostTensor>()
  const wrong: string[] = []
  const unknown: string[] = []
  for (const [there, here] of names) {
    const [tensor, shape] = [stored.get(there), shapes[here]]
    if (tensor === undefined || shape === undefined) unknown.push(there)
    else if (tensor.shape.join() === shape.join()) found.set(here, float32(floats(there, tensor), shape))
    else if (lastLayer.test(here)) unknown.push(there)
    else wrong.push(`${there} [${tensor.shape}] for [${shape}]`)
  }
  if (wrong.length > 0)
    throw new PretrainedError(
      `${wrong.length} tensors of the file have other shapes than the network's: ${listed(wrong)}. Choose the backbone that ` +
        'the file was made for',
    )
  const untrained = Object.keys(shapes).filter((name) => !found.has(name))
  const missing = untrained.filter(
    (name) => !lastLayer.test(name) && (kind === 'whole' || name.startsWith('backbone.')),
  )
  if (missing.length > 0)
    throw new PretrainedError(
      `the file lacks ${missing.length} tensors of the network: ${listed(missing)}. Choose the backbone that the file was ` +
        'made for; variants with another stem (resnet50d) do not fit',
    )
  return { tensors: found, kind, untrained, leftOver: [...leftOver, ...unknown].toSorted() }
}

function readFile(bytes: Uint8Array): ReadonlyMap<string, StoredTensor> {
  try {
    return readSafetensors(bytes).tensors
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause
    throw new PretrainedError(
      'the weights cannot be read: give a safetensors file, as the Hugging Face hub has them; PyTorch’s own .pth files are ' +
        'turned into one with safetensors.torch.save_file',
      { cause },
    )
  }
}

function floats(name: string, tensor: StoredTensor): Float32Array {
  try {
    // A copy: the file's bytes need not stay in memory.
    return float32Values(name, tensor).slice()
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause
    throw new PretrainedError(cause.message, { cause })
  }
}

function listed(names: readonly string[]): string {
  const rest = names.length - mostListed
  return names.slice(0, mostListed).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
