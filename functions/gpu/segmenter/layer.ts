/** The layer that the whole network is made of: a convolution without bias and its batch normalization. */
import { convolution } from '../onnx/ops/convolution.ts'
import { imageAxes, imageBatchNormInference, imageBatchNormTraining } from '../onnx/ops/imageNormalization.ts'
import { updateStatistics } from '../onnx/ops/normalization.ts'
import { input, type Tensor } from '../onnx/tensor.ts'
import { SegmenterError } from './errors.ts'

export interface Layer {
  /** Names of the two modules, as in torchvision: `backbone.layer1.0.conv1` and `backbone.layer1.0.bn1`. */
  readonly convolution: string
  readonly normalization: string
  readonly inputs: number
  readonly outputs: number
  /** Odd height and width of the kernel; padded so that a stride of 1 keeps the size. */
  readonly kernel: number
  /** Default 1. */
  readonly stride?: number
  /** Default 1. */
  readonly dilation?: number
}

export type Shapes = Readonly<Record<string, readonly number[]>>
export type Tensors = Readonly<Record<string, Tensor>>

/**
 * `train` normalizes with the batch's statistics and carries the running ones on, `infer` with the running ones; `folded`
 * takes kernels that are normalized already, and adds what stands where the normalization's shift was.
 */
export type Mode = 'train' | 'infer' | 'folded'

export interface NetworkTensors {
  readonly parameters: Tensors
  /** Running statistics. */
  readonly statistics: Tensors
  readonly mode: Mode
}

/** Shapes of what a layer learns. */
export function layerParameters({ convolution, normalization, inputs, outputs, kernel }: Layer): Shapes {
  return {
    [`${convolution}.weight`]: [outputs, inputs, kernel, kernel],
    [`${normalization}.weight`]: [outputs],
    [`${normalization}.bias`]: [outputs],
  }
}

/** Shapes of a layer's running statistics. */
export function layerStatistics({ normalization, outputs }: Layer): Shapes {
  return { [`${normalization}.running_mean`]: [outputs], [`${normalization}.running_var`]: [outputs] }
}

/** Applies layers of one network, and gathers their next running statistics. */
export class Forward {
  readonly #tensors: NetworkTensors
  readonly #statistics = new Map<string, Tensor>()

  constructor(tensors: NetworkTensors) {
    this.#tensors = tensors
  }

  /** The next running statistics of all layers applied so far; in inference those that were given. */
  get statistics(): Tensors {
    return Object.fromEntries(this.#statistics)
  }

  /** @throws SegmenterError where the network has no such parameter */
  parameter(name: string): Tensor {
    return named(this.#tensors.parameters, name)
  }

  /** Convolution and batch normalization, without an activation. */
  normalized(x: Tensor, layer: Layer): Tensor {
    const { stride = 1, dilation = 1, kernel, normalization } = layer
    const margin = (dilation * (kernel - 1)) / 2
    const shift = this.parameter(`${normalization}.bias`)
    const isFolded = this.#tensors.mode === 'folded'
    const convolved = convolution(x, this.parameter(`${layer.convolution}.weight`), isFolded ? shift : undefined, {
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pads: [margin, margin, margin, margin],
    })
    if (isFolded) return convolved
    const scale = this.parameter(`${normalization}.weight`)
    const [meanName, varianceName] = [`${normalization}.running_mean`, `${normalization}.running_var`]
    const running = {
      mean: named(this.#tensors.statistics, meanName),
      variance: named(this.#tensors.statistics, varianceName),
    }
    const keep = ({ mean, variance }: typeof running): void => {
      this.#statistics.set(meanName, mean).set(varianceName, variance)
    }
    if (this.#tensors.mode === 'infer') {
      keep(running)
      return imageBatchNormInference(convolved, scale, shift, running)
    }
    const { y, statistics } = imageBatchNormTraining(convolved, scale, shift)
    keep(updateStatistics(running, statistics, convolved, { axes: imageAxes }))
    return y
  }
}

function named(tensors: Tensors, name: string): Tensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new SegmenterError(`the network has no tensor ${name}`)
  return tensor
}

/** Inputs of a graph, by their names. */
export function weightInputs(shapes: Shapes): Tensors {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, 'float32', shape)]))
}
