import { gradients } from '../../../../functions/gpu/onnx/autodiff.ts'
import { constant } from '../../../../functions/gpu/onnx/constant.ts'
import type { Engine } from '../../../../functions/gpu/onnx/engine.ts'
import type { HostTensor } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel, type Model } from '../../../../functions/gpu/onnx/model.ts'
import { mul } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { reduceSum } from '../../../../functions/gpu/onnx/ops/reduce.ts'
import { input, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { finiteDifferences } from '../../../support/reference/finiteDifferences.ts'
import { type NdArray, sizeOf } from '../../../support/reference/ndArray.ts'
import { numbers, type OpInput } from './opTable/opCase.ts'
import type { OpCase } from './opTable.ts'

/** A result and the gradients of its weighted sum, one for each float input (undefined for the others). */
export interface OpResult {
  readonly value: NdArray
  readonly gradients: readonly (NdArray | undefined)[]
}

/** One model for many cases, because a session costs more than an operator. */
export function modelOf(cases: readonly OpCase[]): Model {
  const outputs: Record<string, Tensor> = {}
  for (const [number, opCase] of cases.entries()) {
    const tensors = opCase.inputs.map(({ dtype, array }, index) =>
      input(`${number}.input${index}`, dtype ?? 'float32', array.shape),
    )
    const value = opCase.graph(...tensors)
    outputs[`${number}.value`] = value
    if (opCase.withoutGradient !== undefined) continue
    const loss = weightedSum(opCase, value)
    const wanted = [...opCase.inputs.entries()].filter(([, given]) => isDifferentiated(given)).map(([index]) => index)
    const parameters = tensors.filter((_, index) => wanted.includes(index))
    for (const [position, gradient] of gradients(loss, parameters).entries())
      outputs[`${number}.gradient${wanted[position]}`] = gradient
  }
  return buildModel({ name: 'operators', outputs })
}

/** What ONNX Runtime makes of the cases, in the table's order. */
export async function computed(engine: Engine, cases: readonly OpCase[]): Promise<readonly OpResult[]> {
  const session = await engine.load(modelOf(cases).bytes)
  const feeds = cases.flatMap(({ inputs }, number) =>
    inputs.map((given, index) => [`${number}.input${index}`, hostTensor(given)] as const),
  )
  const { results } = await session.run(Object.fromEntries(feeds))
  await session.release()
  return cases.map(({ inputs }, number) => {
    const value = results[`${number}.value`]
    if (value === undefined) throw new TypeError(`case ${number} has no result`)
    return {
      value: asArray(value),
      gradients: inputs.map((_, index) => {
        const gradient = results[`${number}.gradient${index}`]
        return gradient && asArray(gradient)
      }),
    }
  })
}

/** What the reference makes of a case: float64, and central differences in place of any rule of differentiation. */
export function expected(opCase: OpCase): OpResult {
  const arrays = opCase.inputs.map(({ array }) => array)
  const value = opCase.reference(...arrays)
  const weights = weightsOf(opCase, sizeOf(value.shape))
  return {
    value,
    gradients: opCase.inputs.map((given, index) =>
      isDifferentiated(given) && opCase.withoutGradient === undefined
        ? finiteDifferences((moved) => {
            const { data } = opCase.reference(...arrays.with(index, moved))
            return data.reduce((sum, element, position) => sum + element * (weights[position] ?? Number.NaN), 0)
          }, given.array)
        : undefined,
    ),
  }
}

/** Σ weight · element, with fixed weights: a plain sum would hide errors that cancel, as those of softmax do. */
export function weightedSum(opCase: OpCase, value: Tensor): Tensor {
  const shape = value.shape.map(Number)
  return reduceSum(mul(value, constant(weightsOf(opCase, sizeOf(shape)), shape)))
}

function weightsOf({ name }: OpCase, count: number): Float32Array {
  return Float32Array.from(numbers(name.length, [count], 0.5, 2).array.data)
}

function isDifferentiated({ dtype }: OpInput): boolean {
  return dtype === undefined || dtype === 'float32'
}

function hostTensor({ array: { shape, data }, dtype = 'float32' }: OpInput): HostTensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) }
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) }
    case 'uint8':
      return { dtype, shape, data: Uint8Array.from(data) }
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(data, BigInt) }
  }
}

function asArray({ shape, data }: HostTensor): NdArray {
  return { shape, data: Float64Array.from(data, Number) }
}
