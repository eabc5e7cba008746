/** Pooling over windows of [batch, channels, height, width]. */
import { knownShape, requireFloat, requireRank } from '../shape.ts'
import { applyOne, describeType, GraphError, type Operator, type Tensor } from '../tensor.ts'
import { reduceMean } from './reduce.ts'

export interface PoolingOptions {
  /** Window, [height, width]. */
  readonly kernel: readonly [number, number]
  /** Step between windows. Default: the window itself. */
  readonly strides?: readonly [number, number]
  /** Padding, [top, left, bottom, right]; it never wins a maximum and is not counted in an average. Default none. */
  readonly pads?: readonly [number, number, number, number]
}

const maxPoolOperator: Operator = { type: 'MaxPool' }
/** Largest value of each window. */
export function maxPool(x: Tensor, options: PoolingOptions): Tensor {
  return pool(maxPoolOperator, x, options)
}

const averagePoolOperator: Operator = { type: 'AveragePool' }
/** Mean of each window over the pixels inside the image. */
export function averagePool(x: Tensor, options: PoolingOptions): Tensor {
  return pool(averagePoolOperator, x, options)
}

/** Mean over the whole image: [batch, channels, 1, 1]. */
export function globalAveragePool(x: Tensor): Tensor {
  requireRank(x, 4, 'globalAveragePool')
  return reduceMean(x, [2, 3], { keepDimensions: true })
}

function pool(operator: Operator, x: Tensor, { kernel, strides = kernel, pads = [0, 0, 0, 0] }: PoolingOptions): Tensor {
  requireRank(x, 4, operator.type)
  requireFloat(x, operator.type)
  const [batch = 1, channels = 1, height = 1, width = 1] = knownShape(x, operator.type)
  const count = (length: number, before: number, after: number, window: number, stride: number): number =>
    Math.floor((length + before + after - window) / stride) + 1
  const rows = count(height, pads[0], pads[2], kernel[0], strides[0])
  const columns = count(width, pads[1], pads[3], kernel[1], strides[1])
  if (rows < 1 || columns < 1) throw new GraphError(`${operator.type} [${kernel}] of ${describeType(x)} leaves no pixels`)
  return applyOne(
    operator,
    [x],
    { dtype: x.dtype, shape: [batch, channels, rows, columns] },
    { kernel_shape: { ints: kernel }, strides: { ints: strides }, pads: { ints: pads } },
  )
}
