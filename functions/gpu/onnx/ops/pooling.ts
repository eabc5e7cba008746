/** Pooling over windows of [batch, channels, height, width]. */
import { knownLength, requireFloat, requireIntegers, requireRank } from '../shape.ts'
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

function pool(
  operator: Operator,
  x: Tensor,
  { kernel, strides = kernel, pads = [0, 0, 0, 0] }: PoolingOptions,
): Tensor {
  requireRank(x, 4, operator.type)
  requireFloat(x, operator.type)
  requireIntegers([...kernel, ...strides], 1, `${operator.type}: kernel and strides`)
  requireIntegers(pads, 0, `${operator.type}: pads`)
  if (pads.some((amount, side) => amount >= kernel[side % 2 === 0 ? 0 : 1]))
    throw new GraphError(
      `${operator.type}: pads [${pads}] must stay below the window [${kernel}], which would see only padding`,
    )
  const [batch = 1, channels = 1] = x.shape
  const count = (axis: 0 | 1): number =>
    Math.floor(
      (knownLength(x, axis + 2, operator.type) + pads[axis] + pads[axis === 0 ? 2 : 3] - kernel[axis]) / strides[axis],
    ) + 1
  const rows = count(0)
  const columns = count(1)
  if (rows < 1 || columns < 1)
    throw new GraphError(`${operator.type} [${kernel}] of ${describeType(x)} leaves no pixels`)
  return applyOne(
    operator,
    [x],
    { dtype: x.dtype, shape: [batch, channels, rows, columns] },
    { kernel_shape: { ints: kernel }, strides: { ints: strides }, pads: { ints: pads } },
  )
}
