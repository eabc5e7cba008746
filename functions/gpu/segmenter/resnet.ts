/**
 * Residual networks (He et al. 2016) as backbones of segmentation: layers, and the graph made of them. Tensors are named as
 * in torchvision; the last stages trade their stride for dilation, so that the map of features stays large enough.
 */
import { add, relu } from '../onnx/ops/elementwise.ts'
import { maxPool } from '../onnx/ops/pooling.ts'
import type { Tensor } from '../onnx/tensor.ts'
import type { Forward, Layer } from './layer.ts'

export interface ResNetShape {
  /** Two 3 × 3 convolutions, or 1 × 1, 3 × 3 and 1 × 1 with four times as many channels behind them as within. */
  readonly block: 'basic' | 'bottleneck'
  /** Blocks of the four stages. */
  readonly depths: readonly [number, number, number, number]
  /** Channels of the first layer, and within the blocks of the first stage; each stage has twice those of the one before. */
  readonly width: number
}

/** Input pixels to a pixel of features, along one axis. */
export type OutputStride = 8 | 16

export const resNets = {
  /** For two cores: a tenth of ResNet-18's parameters and work. */
  small: { block: 'basic', depths: [1, 1, 1, 1], width: 32 },
  resnet18: { block: 'basic', depths: [2, 2, 2, 2], width: 64 },
  resnet34: { block: 'basic', depths: [3, 4, 6, 3], width: 64 },
  resnet50: { block: 'bottleneck', depths: [3, 4, 6, 3], width: 64 },
  resnet101: { block: 'bottleneck', depths: [3, 4, 23, 3], width: 64 },
  resnet152: { block: 'bottleneck', depths: [3, 8, 36, 3], width: 64 },
} as const satisfies Readonly<Record<string, ResNetShape>>

export interface ResidualBlock {
  readonly main: readonly Layer[]
  /** Brings what goes past the main layers to their size. */
  readonly shortcut: Layer | undefined
}

export interface ResNet {
  readonly stem: Layer
  readonly blocks: readonly ResidualBlock[]
  /** Channels of the features. */
  readonly channels: number
}

/** The layers of a residual network without its classifier, their names beginning with `prefix`. */
export function resNet({ block, depths, width }: ResNetShape, outputStride: OutputStride, prefix: string): ResNet {
  const stem: Layer = {
    convolution: `${prefix}conv1`,
    normalization: `${prefix}bn1`,
    inputs: 3,
    outputs: width,
    kernel: 7,
    stride: 2,
  }
  const expansion = block === 'basic' ? 1 : 4
  const blocks: ResidualBlock[] = []
  let inputs = width
  let [reached, dilation] = [4, 1]
  for (const [stage, depth] of depths.entries()) {
    const planes = width * 2 ** stage
    const before = dilation
    const wanted = stage === 0 ? 1 : 2
    const stride = reached * wanted > outputStride ? 1 : wanted
    reached *= stride
    dilation *= wanted / stride
    for (let index = 0; index < depth; index++) {
      const place = {
        name: `${prefix}layer${stage + 1}.${index}.`,
        inputs,
        planes,
        stride: index === 0 ? stride : 1,
        // The first block still sees pixels as near as those of the stage before.
        dilations: [index === 0 ? before : dilation, dilation] as const,
      }
      blocks.push({
        main: block === 'basic' ? basic(place) : bottleneck(place),
        shortcut: shortcutOf(place, expansion),
      })
      inputs = planes * expansion
    }
  }
  return { stem, blocks, channels: inputs }
}

interface Place {
  readonly name: string
  readonly inputs: number
  readonly planes: number
  readonly stride: number
  readonly dilations: readonly [first: number, second: number]
}

function basic({ name, inputs, planes, stride, dilations }: Place): readonly Layer[] {
  return [
    { ...numbered(name, 1), inputs, outputs: planes, kernel: 3, stride, dilation: dilations[0] },
    { ...numbered(name, 2), inputs: planes, outputs: planes, kernel: 3, dilation: dilations[1] },
  ]
}

function bottleneck({ name, inputs, planes, stride, dilations }: Place): readonly Layer[] {
  return [
    { ...numbered(name, 1), inputs, outputs: planes, kernel: 1 },
    { ...numbered(name, 2), inputs: planes, outputs: planes, kernel: 3, stride, dilation: dilations[0] },
    { ...numbered(name, 3), inputs: planes, outputs: planes * 4, kernel: 1 },
  ]
}

function shortcutOf({ name, inputs, planes, stride }: Place, expansion: number): Layer | undefined {
  const outputs = planes * expansion
  if (stride === 1 && inputs === outputs) return undefined
  const [convolution, normalization] = [`${name}downsample.0`, `${name}downsample.1`]
  return { convolution, normalization, inputs, outputs, kernel: 1, stride }
}

function numbered(name: string, number: number) {
  return { convolution: `${name}conv${number}`, normalization: `${name}bn${number}` }
}

/** All layers of a residual network, in the order of their parameters in torchvision. */
export function resNetLayers({ stem, blocks }: ResNet): readonly Layer[] {
  return [stem, ...blocks.flatMap(({ main, shortcut }) => (shortcut === undefined ? main : [...main, shortcut]))]
}

/**
 * @param image [batch, 3, height, width]
 * @returns features [batch, channels, ⌈height / outputStride⌉, ⌈width / outputStride⌉]
 */
export function resNetFeatures(image: Tensor, { stem, blocks }: ResNet, forward: Forward): Tensor {
  const first = relu(forward.normalized(image, stem))
  const pooled = maxPool(first, { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  return blocks.reduce((x, { main, shortcut }) => {
    const changed = main.reduce((inner, layer, index) => {
      const y = forward.normalized(inner, layer)
      return index === main.length - 1 ? y : relu(y)
    }, x)
    return relu(add(changed, shortcut === undefined ? x : forward.normalized(x, shortcut)))
  }, pooled)
}
