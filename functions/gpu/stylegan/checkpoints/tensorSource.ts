import { elementCount } from '../../onnx/shape.ts'
import type { Weight } from '../weights.ts'
import { CheckpointError } from './errors.ts'

/** Several times what a 1024² generator holds. The same few bytes may be large tensors under many names. */
const MOST_VALUES = 2 ** 28

/** A tensor of a checkpoint: decoded only where it is wanted. */
export interface SourceTensor {
  readonly shape: readonly number[]
  /** Contiguous. */
  read(): Float32Array
}

/** The tensors of one network under the names that its file gives them. Remembers which were used. */
export class TensorSource {
  readonly #tensors: ReadonlyMap<string, SourceTensor>
  readonly #used = new Set<string>()
  #values = 0

  constructor(tensors: ReadonlyMap<string, SourceTensor>) {
    this.#tensors = tensors
  }

  get names(): readonly string[] {
    return [...this.#tensors.keys()]
  }

  has(name: string): boolean {
    return this.#tensors.has(name)
  }

  /** @throws CheckpointError where there is none of this name */
  shape(name: string): readonly number[] {
    return this.#find(name).shape
  }

  /** @throws CheckpointError where there is none of this name, or there is more than any generator holds */
  take(name: string): Weight {
    const tensor = this.#find(name)
    this.#values += elementCount(tensor.shape)
    if (this.#values > MOST_VALUES)
      throw new CheckpointError(`the network has more than ${MOST_VALUES} weights, ${name} among them: it is too large`)
    this.#used.add(name)
    return { shape: tensor.shape, data: tensor.read() }
  }

  /**
   * A network that has more than was read computes something else than what was read.
   * @param ignored names that change nothing
   * @throws CheckpointError names the first few
   */
  refuseUnused(ignored: RegExp): void {
    const unused = this.names.filter((name) => !this.#used.has(name) && !ignored.test(name))
    if (unused.length === 0) return
    const shown = unused.slice(0, 3).join(', ') + (unused.length > 3 ? ` and ${unused.length - 3} more` : '')
    throw new CheckpointError(
      `the network holds ${shown}, which a StyleGAN2 generator of its kind has not: it is another network`,
    )
  }

  #find(name: string): SourceTensor {
    const tensor = this.#tensors.get(name)
    if (tensor === undefined)
      throw new CheckpointError(
        `the network has no ${name}: is the file whole, and is it a StyleGAN2 generator of NVIDIA or rosinality?`,
      )
    return tensor
  }
}

/** The number after the prefix in names like `convs.3.conv.weight`: how many there are, counted by the highest. */
export function countNumbered(names: readonly string[], pattern: RegExp): number {
  return names.reduce((count, name) => {
    const number = pattern.exec(name)?.[1]
    return number === undefined ? count : Math.max(count, Number(number) + 1)
  }, 0)
}
