/**
 * The Style Interpreter (DatasetGAN, section 3.1): an ensemble of small classifiers over a pixel's features, each
 * Linear → ReLU → BatchNorm → Linear → ReLU → BatchNorm → Linear. All members are one set of batched tensors
 * [members, in, out], so that they train and run together.
 */

import { assertFinite } from '../onnx/finite.ts'
import { float32, type HostTensor } from '../onnx/hostTensor.ts'
import { float32Values, readSafetensors, type StoredTensor, writeSafetensors } from '../onnx/safetensors.ts'
import { createRandom } from '../random.ts'

/** An interpreter's file lacks something, or something does not fit. */
export class InterpreterError extends Error {
  override readonly name = 'InterpreterError'
}

export interface EnsembleShape {
  /** Classifiers that vote. The published method uses 10. */
  readonly members: number
  /** Numbers per pixel (D): channels of all taps together. */
  readonly features: number
  /** Widths of the two hidden layers. */
  readonly hidden: readonly [number, number]
  /** Parts of the label list, background included. */
  readonly parts: number
}

/** Hidden widths of the published code: 128 and 32 below 32 parts, 256 and 128 from there. */
export function hiddenWidths(parts: number): readonly [number, number] {
  return parts < 32 ? [128, 32] : [256, 128]
}

export interface Ensemble {
  readonly shape: EnsembleShape
  /** Weights by the names of `parameterShapes` and `statisticShapes`. */
  readonly tensors: ReadonlyMap<string, Float32Array>
}

/** What is learned. Biases and normalization have length 1 in the axis of pixels. */
export function parameterShapes({ members, features, hidden: [first, second], parts }: EnsembleShape) {
  return {
    weight1: [members, features, first],
    bias1: [members, 1, first],
    scale1: [members, 1, first],
    shift1: [members, 1, first],
    weight2: [members, first, second],
    bias2: [members, 1, second],
    scale2: [members, 1, second],
    shift2: [members, 1, second],
    weight3: [members, second, parts],
    bias3: [members, 1, parts],
  } as const
}

/** Running statistics of the two batch normalizations. */
export function statisticShapes({ members, hidden: [first, second] }: EnsembleShape) {
  return {
    mean1: [members, 1, first],
    variance1: [members, 1, first],
    mean2: [members, 1, second],
    variance2: [members, 1, second],
  } as const
}

export type ParameterName = keyof ReturnType<typeof parameterShapes>
export type StatisticName = keyof ReturnType<typeof statisticShapes>

/** First weights: N(0, 0.02) as in the published code, biases 0, normalization neutral. Deterministic by seed. */
export function initialEnsemble(shape: EnsembleShape, seed: number): Ensemble {
  const tensors = new Map<string, Float32Array>()
  for (const [name, axes] of Object.entries({ ...parameterShapes(shape), ...statisticShapes(shape) })) {
    const data = new Float32Array(axes.reduce<number>((product, length) => product * length, 1))
    if (name.startsWith('weight')) {
      const random = createRandom(seed, `interpreter.${name}`)
      for (let index = 0; index < data.length; index++) data[index] = random.normal() * 0.02
    } else if (name.startsWith('scale') || name.startsWith('variance')) data.fill(1)
    tensors.set(name, data)
  }
  return { shape, tensors }
}

/** @throws InterpreterError where there is none of this name */
export function ensembleTensor({ tensors }: Ensemble, name: string): Float32Array {
  const data = tensors.get(name)
  if (data === undefined) throw new InterpreterError(`the interpreter has no ${name}`)
  return data
}

/** The weights as tensors for training. */
export function ensembleTensors(ensemble: Ensemble): ReadonlyMap<string, HostTensor> {
  const shapes: Readonly<Record<string, readonly number[]>> = {
    ...parameterShapes(ensemble.shape),
    ...statisticShapes(ensemble.shape),
  }
  return new Map(Object.entries(shapes).map(([name, axes]) => [name, float32(ensembleTensor(ensemble, name), axes)]))
}

/** An ensemble as a safetensors file. */
export function encodeEnsemble(ensemble: Ensemble, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const stored = new Map<string, StoredTensor>()
  for (const [name, { shape }] of ensembleTensors(ensemble))
    stored.set(name, { dtype: 'F32', shape, data: ensembleTensor(ensemble, name) })
  return writeSafetensors(stored, metadata)
}

/**
 * Reads what `encodeEnsemble` wrote.
 * @throws SafetensorsError where the file is damaged or cut short
 * @throws InterpreterError names the weight that is missing, of a wrong shape or type, or not finite
 */
export function decodeEnsemble(file: Uint8Array): Ensemble {
  const { tensors } = readSafetensors(file)
  const stored = (name: string): StoredTensor => {
    const tensor = tensors.get(name)
    if (tensor === undefined)
      throw new InterpreterError(`the interpreter has no ${name}: is this an interpreter's file?`)
    return tensor
  }
  const [members = 0, features = 0, first = 0] = stored('weight1').shape
  const [, , second = 0] = stored('weight2').shape
  const [, , parts = 0] = stored('weight3').shape
  const shape: EnsembleShape = { members, features, hidden: [first, second], parts }
  const wanted: Readonly<Record<string, readonly number[]>> = { ...parameterShapes(shape), ...statisticShapes(shape) }
  const decoded = new Map<string, Float32Array>()
  for (const [name, expected] of Object.entries(wanted)) {
    const tensor = stored(name)
    if (tensor.shape.join() !== expected.join() || expected.includes(0))
      throw new InterpreterError(`interpreter weight ${name} has shape [${tensor.shape}], expected [${expected}]`)
    decoded.set(name, finiteValues(name, tensor))
  }
  return { shape, tensors: decoded }
}

function finiteValues(name: string, tensor: StoredTensor): Float32Array {
  try {
    const data = float32Values(name, tensor)
    assertFinite(name, data)
    return data
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InterpreterError(`the interpreter's weights cannot be used: ${reason}`, { cause })
  }
}
