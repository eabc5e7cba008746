import { constant } from '../onnx/constant.ts'
import { add } from '../onnx/ops/elementwise.ts'
import { expand } from '../onnx/ops/layout.ts'
import { knownLength } from '../onnx/shape.ts'
import type { Tensor } from '../onnx/tensor.ts'
import type { Precision } from './halfPrecision.ts'
import { type Noise, skipConvolution, styledConvolution, toRgb, upsample } from './layers.ts'
import type { GeneratorWeights } from './weights.ts'

export interface SynthesisResult {
  /** [batch, 3, resolution, resolution], about −1..1. */
  readonly image: Tensor
  /** The activations of every styled convolution, in order: b4.conv1, b8.conv0, b8.conv1, … [batch, channels, side, side]. */
  readonly taps: readonly Tensor[]
}

/**
 * The synthesis network in the skip, resnet or orig architecture.
 * @param styles w of every layer [batch, styleLength]: one tensor for all, or a function of the layer's index, for style
 *   mixing. Layer 0 is b4.conv1, 1 is b4.torgb and b8.conv0, 2 is b8.conv1, 3 is b8.torgb and b16.conv0, …
 * @param precision of the styled convolutions. With `float16` their kernels take half the space in the graph, and a GPU
 *   computes them faster; image and taps are float32 in any case. A WebGPU device may not know float16.
 */
export function synthesis(
  weights: GeneratorWeights,
  styles: Tensor | ((layer: number) => Tensor),
  noise: Noise = 'constant',
  precision: Precision = 'float32',
): SynthesisResult {
  const w = typeof styles === 'function' ? styles : () => styles
  const { architecture } = weights.facts
  const taps: Tensor[] = []
  let x = constantInput(weights, knownLength(w(0), 0, 'synthesis'))
  let image: Tensor | undefined
  let layer = 0
  for (const side of weights.blocks) {
    const block = `synthesis.b${side}`
    const first = side === 4
    const residual = architecture === 'resnet' && !first ? skipConvolution(weights, block, x) : undefined
    if (!first) {
      x = styledConvolution(weights, `${block}.conv0`, x, w(layer++), { up: true, noise, precision })
      taps.push(x)
    }
    const gain = residual === undefined ? 1 : Math.SQRT1_2
    x = styledConvolution(weights, `${block}.conv1`, x, w(layer++), { up: false, noise, gain, precision })
    taps.push(x)
    if (residual !== undefined) x = add(residual, x)
    if (image !== undefined) image = upsample(weights, block, image)
    if (architecture === 'skip' || side === weights.resolution) {
      const rgb = toRgb(weights, `${block}.torgb`, x, w(layer))
      image = image === undefined ? rgb : add(image, rgb)
    }
  }
  if (image === undefined) throw new TypeError('a generator has at least one block')
  return { image, taps }
}

/** Number of different style vectors that a generator takes: one per styled convolution, and the last toRgb. */
export function styleCount(weights: GeneratorWeights): number {
  return weights.blocks.length * 2
}

function constantInput(weights: GeneratorWeights, batch: number): Tensor {
  const { shape, data } = weights.get('synthesis.b4.const')
  const [channels = 0, height = 4, width = 4] = shape
  return expand(constant(data, [1, channels, height, width]), [batch, channels, height, width])
}
