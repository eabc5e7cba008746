import { createRandom, type Random } from '../random.ts'
import { InterpreterError } from './ensemble.ts'
import type { PixelSet } from './featureCollection.ts'

export interface PixelSplit {
  readonly training: Uint32Array
  readonly heldOut: Uint32Array
}

/**
 * Holds out a random share of the pixels, at least one on either side. Deterministic by seed. A single pixel is on both.
 * @throws InterpreterError where there is no pixel
 */
export function splitPixels(count: number, heldOutShare: number, seed: number): PixelSplit {
  if (count === 0) throw new InterpreterError('there are no pixels to train on: paint at least one image')
  const order = Uint32Array.from({ length: count }, (_, pixel) => pixel)
  createRandom(seed, 'interpreter.heldOut').shuffle(order)
  const held = Math.min(Math.max(1, Math.floor(count * heldOutShare)), Math.max(1, count - 1))
  return { heldOut: order.slice(0, held), training: count > 1 ? order.slice(held) : order }
}

/** Rows of a row-major [pixels, length] array. */
export function pickRows(data: Float32Array, length: number, chosen: Uint32Array): Float32Array {
  const result = new Float32Array(chosen.length * length)
  for (const [row, pixel] of chosen.entries())
    result.set(data.subarray(pixel * length, (pixel + 1) * length), row * length)
  return result
}

/** Features of some pixels of a set. */
export function pickPixels({ features, length }: PixelSet, chosen: Uint32Array): PixelSet {
  return { features: pickRows(features, length, chosen), pixels: chosen.length, length }
}

/**
 * Minibatch indices int32 [steps, pools, batch]: each pool draws from its own pixels; a step's draw depends on its
 * number alone, so that a resumed training sees the same pixels.
 */
export function minibatches(
  random: Random,
  pools: readonly Uint32Array[],
  first: number,
  steps: number,
  batch: number,
): Int32Array {
  const indices = new Int32Array(steps * pools.length * batch)
  let place = 0
  for (let step = first; step < first + steps; step++) {
    const draw = random.at(step)
    for (const pool of pools)
      for (let item = 0; item < batch; item++) indices[place++] = pool[draw.integer(pool.length)] ?? 0
  }
  return indices
}
