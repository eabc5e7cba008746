/** Pooling over windows of [batch, channels, height, width]. */
import { intsOf } from '../attributes.ts'
import { knownLength, knownShape, requireFloat, requireIntegers, requireRank } from '../shape.ts'
import { applyOne, describeType, type GradientContext, GraphError, type Operator, type Tensor } from '../tensor.ts'
import { maximumGradient, type PooledAxis } from './maximumGradient.ts'
import { reduceMean } from './reduce.ts'
import { type FixedMatrix, fixedMatrix, separableAdjoint } from './separable.ts'

export interface PoolingOptions {
  /** Window, [height, width]. */
  readonly kernel: readonly [number, number]
  /** Step between windows. Default: the window itself. */
  readonly strides?: readonly [number, number]
  /** Padding, [top, left, bottom, right]; it never wins a maximum and is not counted in an average. Default none. */
  readonly pads?: readonly [number, number, number, number]
}

const maxPoolOperator: Operator = {
  type: 'MaxPool',
  gradient: (context) => {
    const { x, y, vertical, horizontal } = pooledOf(context)
    // A maximum over a window is that over its columns of the maxima over its rows: three and three comparisons, not nine.
    const maxima = maxPool(x, alongRows(horizontal))
    const rows = maximumGradient(maxima, y, context.gradient, 2, vertical)
    return [maximumGradient(x, maxima, rows, 3, horizontal)]
  },
}
/** Largest value of each window. Of equal largest values the first in reading order gets the gradient, as in PyTorch. */
export function maxPool(x: Tensor, options: PoolingOptions): Tensor {
  return pool(maxPoolOperator, x, options)
}

const averagePoolOperator: Operator = {
  type: 'AveragePool',
  gradient: (context) => {
    const { x, y, vertical, horizontal } = pooledOf(context)
    const [, , height = 0, width = 0] = knownShape(x, 'the gradient of AveragePool')
    const [, , rows = 0, columns = 0] = knownShape(y, 'the gradient of AveragePool')
    return [separableAdjoint(context.gradient, averages(height, rows, vertical), averages(width, columns, horizontal))]
  },
}
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

function pooledOf({ inputs: [x], outputs: [y], attributes }: GradientContext) {
  if (x === undefined || y === undefined) throw new GraphError('a pooling lost its input')
  const [kernel, strides, pads] = ['kernel_shape', 'strides', 'pads'].map((name) => intsOf(attributes, name))
  const axis = (index: 0 | 1): PooledAxis => ({
    kernel: kernel?.[index] ?? 1,
    stride: strides?.[index] ?? 1,
    before: pads?.[index] ?? 0,
    after: pads?.[index + 2] ?? 0,
  })
  return { x, y, vertical: axis(0), horizontal: axis(1) }
}

function alongRows({ kernel, stride, before, after }: PooledAxis): PoolingOptions {
  return { kernel: [1, kernel], strides: [1, stride], pads: [0, before, 0, after] }
}

/** What each of `count` windows takes of the `length` values of a line: [count, length]. */
function averages(length: number, count: number, { kernel, stride, before }: PooledAxis): FixedMatrix {
  return fixedMatrix(count, length, (window, source) => {
    const start = Math.max(0, window * stride - before)
    const end = Math.min(length, window * stride - before + kernel)
    return source >= start && source < end ? 1 / (end - start) : 0
  })
}
