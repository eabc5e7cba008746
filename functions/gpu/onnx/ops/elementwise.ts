/** Elementwise operators with ONNX's multidirectional broadcasting. A plain number stands for a scalar constant. */
import { floatOf } from '../attributes.ts'
import { scalar } from '../constant.ts'
import { elementTypes } from '../messages.ts'
import { broadcastShapes, isFloat, requireFloat, requireNumbers, requireSameType } from '../shape.ts'
import {
  applyOne,
  type DataType,
  describeType,
  type GradientContext,
  type GradientRule,
  GraphError,
  type Operator,
  type Tensor,
} from '../tensor.ts'
import { sumToShape } from './broadcast.ts'

export type Operand = Tensor | number

function binary(type: string, rule: (context: BinaryContext) => readonly [Tensor | undefined, Tensor | undefined]) {
  const gradient: GradientRule = (context) => {
    const [left, right] = pair(context.inputs)
    const parts = rule({ ...context, left, right })
    return [left, right].map((tensor, index) => {
      const part = parts[index]
      return part === undefined || !context.wanted[index] ? undefined : sumToShape(part, tensor.shape)
    })
  }
  const operator: Operator = { type, gradient }
  return (left: Operand, right: Operand): Tensor => {
    const operands = toTensors(type, left, right)
    requireSameType(operands, type)
    requireNumbers(operands, type)
    const shape = broadcastShapes([operands[0].shape, operands[1].shape], type)
    return applyOne(operator, operands, { dtype: operands[0].dtype, shape })
  }
}

interface BinaryContext extends GradientContext {
  readonly left: Tensor
  readonly right: Tensor
}

function unary(type: string, rule: (context: UnaryContext) => Tensor) {
  const gradient: GradientRule = (context) => {
    const [x] = context.inputs
    const [y] = context.outputs
    if (x === undefined || y === undefined) throw new GraphError(`${type} lost its input`)
    return [rule({ ...context, x, y })]
  }
  const operator: Operator = { type, gradient }
  return (x: Tensor): Tensor => {
    requireFloat(x, type)
    return applyOne(operator, [x], { dtype: x.dtype, shape: x.shape })
  }
}

interface UnaryContext extends GradientContext {
  readonly x: Tensor
  /** The operator's result. */
  readonly y: Tensor
}

export const add = binary('Add', ({ gradient }) => [gradient, gradient])
export const sub = binary('Sub', ({ gradient }) => [gradient, neg(gradient)])
export const mul = binary('Mul', ({ gradient, left, right }) => [mul(gradient, right), mul(gradient, left)])
export const div = binary('Div', ({ gradient, left, right }) => [
  div(gradient, right),
  neg(div(mul(gradient, left), mul(right, right))),
])

/** At equal values half of the gradient goes to each side, so that min(x, y) + max(x, y) has the gradient of x + y. */
export const minimum = binary('Min', ({ gradient, left, right }) => select(gradient, left, right))
export const maximum = binary('Max', ({ gradient, left, right }) => select(gradient, right, left))

function select(gradient: Tensor, smaller: Tensor, larger: Tensor): readonly [Tensor, Tensor] {
  const tie = mul(cast(equal(smaller, larger), gradient.dtype), 0.5)
  const wins = add(cast(less(smaller, larger), gradient.dtype), tie)
  const ordered: readonly [Tensor, Tensor] = [mul(gradient, wins), mul(gradient, sub(1, wins))]
  return ordered
}

export const neg = unary('Neg', ({ gradient }) => neg(gradient))
export const exp = unary('Exp', ({ gradient, y }) => mul(gradient, y))
export const log = unary('Log', ({ gradient, x }) => div(gradient, x))
/** Its gradient at 0 is infinite, as the derivative is: add an epsilon before it where 0 can occur. */
export const sqrt = unary('Sqrt', ({ gradient, y }) => div(mul(gradient, 0.5), y))
export const reciprocal = unary('Reciprocal', ({ gradient, y }) => neg(mul(gradient, mul(y, y))))
/** Its gradient at 0 is 0. */
export const abs = unary('Abs', ({ gradient, x }) => mul(gradient, sign(x)))
export const relu = unary('Relu', ({ gradient, y }) => mul(gradient, cast(greater(y, 0), gradient.dtype)))
export const sigmoid = unary('Sigmoid', ({ gradient, y }) => mul(gradient, mul(y, sub(1, y))))
export const tanh = unary('Tanh', ({ gradient, y }) => mul(gradient, sub(1, mul(y, y))))

/** −1, 0 or 1. Made of comparisons, because WebGPU has no kernel for ONNX's Sign and would go through the host. */
export function sign(x: Tensor): Tensor {
  requireNumbers([x], 'sign')
  return sub(cast(greater(x, 0), x.dtype), cast(less(x, 0), x.dtype))
}

const floorOperator: Operator = { type: 'Floor', gradient: 'none' }
export function floor(x: Tensor): Tensor {
  requireFloat(x, 'Floor')
  return applyOne(floorOperator, [x], { dtype: x.dtype, shape: x.shape })
}

const leakyReluOperator: Operator = {
  type: 'LeakyRelu',
  gradient: ({ gradient, inputs: [x], attributes }) => {
    if (x === undefined) throw new GraphError('LeakyRelu lost its input')
    return [where(greater(x, 0), gradient, mul(gradient, floatOf(attributes, 'alpha')))]
  },
}
/** x where x > 0, slope·x elsewhere. */
export function leakyRelu(x: Tensor, slope: number): Tensor {
  requireFloat(x, 'LeakyRelu')
  return applyOne(leakyReluOperator, [x], { dtype: x.dtype, shape: x.shape }, { alpha: { float: slope } })
}

const clampOperator: Operator = {
  type: 'Clip',
  gradient: ({ gradient, inputs: [x, low, high] }) => {
    if (x === undefined || low === undefined || high === undefined) throw new GraphError('Clip lost an input')
    const inside = mul(cast(greater(x, low), gradient.dtype), cast(less(x, high), gradient.dtype))
    return [mul(gradient, inside), undefined, undefined]
  },
}
/**
 * Limits every element to low..high. The gradient is zero outside and on the limits.
 * @throws GraphError where low is not below high
 */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  requireFloat(x, 'Clip')
  if (!(low < high)) throw new GraphError(`Clip needs its lower limit below its upper, got ${low} and ${high}`)
  return applyOne(clampOperator, [x, scalar(low, x.dtype), scalar(high, x.dtype)], { dtype: x.dtype, shape: x.shape })
}

const castOperator: Operator = {
  type: 'Cast',
  gradient: ({ gradient, inputs: [x] }) => [x !== undefined && isFloat(x) ? cast(gradient, x.dtype) : undefined],
}
/** Converts the element type. Gradients pass between floating-point types only. */
export function cast(x: Tensor, dtype: DataType): Tensor {
  if (x.dtype === dtype) return x
  return applyOne(castOperator, [x], { dtype, shape: x.shape }, { to: { int: elementTypes[dtype] } })
}

function comparison(type: string) {
  const operator: Operator = { type, gradient: 'none' }
  return (left: Operand, right: Operand): Tensor => {
    const operands = toTensors(type, left, right)
    requireSameType(operands, type)
    if (type !== 'Equal') requireNumbers(operands, type)
    return applyOne(operator, operands, {
      dtype: 'bool',
      shape: broadcastShapes([operands[0].shape, operands[1].shape], type),
    })
  }
}
export const greater = comparison('Greater')
export const less = comparison('Less')
export const equal = comparison('Equal')
export const greaterOrEqual = comparison('GreaterOrEqual')
export const lessOrEqual = comparison('LessOrEqual')

const whereOperator: Operator = {
  type: 'Where',
  gradient: ({ gradient, inputs: [condition, yes, no], wanted }) => {
    if (condition === undefined || yes === undefined || no === undefined) throw new GraphError('Where lost an input')
    const zero = scalar(0, gradient.dtype)
    return [
      undefined,
      wanted[1] ? sumToShape(where(condition, gradient, zero), yes.shape) : undefined,
      wanted[2] ? sumToShape(where(condition, zero, gradient), no.shape) : undefined,
    ]
  },
}
/** `yes` where the condition holds, `no` elsewhere. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  if (condition.dtype !== 'bool') throw new GraphError(`Where needs a bool condition, got ${describeType(condition)}`)
  const operands = toTensors('Where', yes, no)
  requireSameType(operands, 'Where')
  const shape = broadcastShapes([condition.shape, operands[0].shape, operands[1].shape], 'Where')
  return applyOne(whereOperator, [condition, ...operands], { dtype: operands[0].dtype, shape })
}

const identityOperator: Operator = { type: 'Identity', gradient: 'none' }
/** Passes the value on and stops gradients. */
export function stopGradient(x: Tensor): Tensor {
  return applyOne(identityOperator, [x], { dtype: x.dtype, shape: x.shape })
}

function toTensors(use: string, left: Operand, right: Operand): readonly [Tensor, Tensor] {
  if (typeof left !== 'number') return [left, typeof right === 'number' ? scalar(right, left.dtype) : right]
  if (typeof right !== 'number') return [scalar(left, right.dtype), right]
  throw new GraphError(`${use} of two plain numbers: at least one operand must be a tensor`)
}

function pair(inputs: readonly Tensor[]): readonly [Tensor, Tensor] {
  const [left, right] = inputs
  if (left === undefined || right === undefined) throw new GraphError('a binary operator lost an input')
  return [left, right]
}
