import { sampleLatent } from '../latents.ts'
import type { Weight } from '../weights.ts'
import { CheckpointError } from './errors.ts'
import { type MappingLayer, normalized } from './mappingLayer.ts'

/** As many as the published tools draw where a file holds no average. */
export const averagedLatents = 4096
/** Sixteen times what published networks have: a file must not ask for hours. */
const MOST_WEIGHTS = 2 ** 25
const WIDEST = 2 ** 13
/** Latents that go through the layers together, so that a row of weights is read once for all of them. */
const BATCH = 64

/**
 * The average w, for files that hold none: of the latents that the numbers of seed 0 make one after another, so that
 * the same file always gets the same one.
 * @param layers of the mapping network
 * @param multiplier the layers' learning rate multiplier
 * @returns [styleLength]
 * @throws CheckpointError where a layer does not take what the one before it gives, or the network is too large
 */
export function averageStyle(layers: readonly MappingLayer[], multiplier: number): Weight {
  const latentLength = layers[0]?.weight.shape[1] ?? 0
  checkChain(layers, latentLength)
  const latents = sampleLatent(0, averagedLatents * latentLength)
  let sums: Float64Array | undefined
  for (let start = 0; start < averagedLatents; start += BATCH) {
    const batch = normalizedRows(latents.subarray(start * latentLength, (start + BATCH) * latentLength), latentLength)
    const styles = layers.reduce((x, { weight, bias }) => connect(x, weight, bias, multiplier), batch)
    const length = styles.length / BATCH
    sums ??= new Float64Array(length)
    for (const [position, value] of styles.entries())
      sums[position % length] = (sums[position % length] ?? 0) + value / averagedLatents
  }
  const data = Float32Array.from(sums ?? [])
  return { shape: [data.length], data }
}

/** lrelu(x·(W·multiplier/√in)ᵀ + multiplier·b)·√2 for a batch of rows. */
function connect(x: Float32Array, { shape, data }: Weight, bias: Weight, multiplier: number): Float32Array {
  const [outputs = 0, inputs = 1] = shape
  const gain = multiplier / Math.sqrt(inputs)
  const result = new Float32Array(BATCH * outputs)
  const activate = (sum: number, shift: number): number => {
    const value = sum * gain + shift
    return (value < 0 ? value * 0.2 : value) * Math.SQRT2
  }
  for (let output = 0; output < outputs; output++) {
    const row = data.subarray(output * inputs, (output + 1) * inputs)
    const shift = (bias.data[output] ?? 0) * multiplier
    // Four latents at a time: four sums do not wait for one another.
    for (let latent = 0; latent < BATCH; latent += 4) {
      const first = latent * inputs
      let a = 0
      let b = 0
      let c = 0
      let d = 0
      for (let column = 0; column < inputs; column++) {
        const weight = row[column] ?? 0
        a += weight * (x[first + column] ?? 0)
        b += weight * (x[first + inputs + column] ?? 0)
        c += weight * (x[first + 2 * inputs + column] ?? 0)
        d += weight * (x[first + 3 * inputs + column] ?? 0)
      }
      const start = latent * outputs + output
      result[start] = activate(a, shift)
      result[start + outputs] = activate(b, shift)
      result[start + 2 * outputs] = activate(c, shift)
      result[start + 3 * outputs] = activate(d, shift)
    }
  }
  return result
}

function normalizedRows(latents: Float64Array, length: number): Float32Array {
  const rows = new Float32Array(latents.length)
  for (let start = 0; start < latents.length; start += length)
    rows.set(normalized(latents.subarray(start, start + length)), start)
  return rows
}

function checkChain(layers: readonly MappingLayer[], latentLength: number): void {
  const weights = layers.reduce((sum, { weight }) => sum + weight.data.length, 0)
  if (latentLength > WIDEST || weights > MOST_WEIGHTS)
    throw new CheckpointError(
      `the file holds no average style, and its mapping network of ${weights} weights is too large to compute it`,
    )
  let width = latentLength
  for (const [index, { weight, bias }] of layers.entries()) {
    const [outputs = 0, inputs = 0] = weight.shape
    if (weight.shape.length !== 2 || inputs !== width || inputs < 1 || bias.data.length !== outputs)
      throw new CheckpointError(
        `layer ${index} of the mapping network has a weight of shape [${weight.shape}] and a bias of shape ` +
          `[${bias.shape}], expected [any,${width}] and as many biases`,
      )
    width = outputs
  }
}
