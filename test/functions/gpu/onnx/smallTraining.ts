import { float32, type HostTensor, int32 } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { add, mul, sub } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { gather } from '../../../../functions/gpu/onnx/ops/layout.ts'
import { matmul } from '../../../../functions/gpu/onnx/ops/linear.ts'
import { reduceMean } from '../../../../functions/gpu/onnx/ops/reduce.ts'
import { adam } from '../../../../functions/gpu/onnx/optimizers.ts'
import type { Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { initialState, type TrainingDefinition, type TrainingState } from '../../../../functions/gpu/onnx/training.ts'

const rows = 6

/** Fits y = x·weight + bias by least squares; `seen` carries a running mean of the predictions along. */
export const definition: TrainingDefinition = {
  parameters: { weight: [2, 1], bias: [1] },
  buffers: { seen: [1] },
  data: { features: { dtype: 'float32', shape: [rows, 2] }, labels: { dtype: 'float32', shape: [rows, 1] } },
  batch: { rows: { dtype: 'int32', shape: [2] } },
  optimizer: adam({ learningRate: 0.1 }),
  step: ({ parameters, buffers, data, batch }) => {
    const of = (tensor: Tensor | undefined): Tensor => {
      if (tensor === undefined) throw new TypeError('a tensor is missing')
      return tensor
    }
    const chosen = of(batch.rows)
    const prediction = add(matmul(gather(of(data.features), chosen), of(parameters.weight)), of(parameters.bias))
    const error = sub(prediction, gather(of(data.labels), chosen))
    const seen = add(mul(of(buffers.seen), 0.9), mul(reduceMean(prediction, [0]), 0.1))
    return { loss: reduceMean(mul(error, error)), buffers: { seen } }
  },
}

/** New arrays each time: a trainer empties them. */
export function data(): { readonly features: HostTensor; readonly labels: HostTensor } {
  const features = Float32Array.of(1, 0, 0, 1, 1, 1, -1, 2, 0.5, -1, 2, 0.5)
  // y = 2·x₀ − x₁ + 0.5
  const labels = Float32Array.from(
    { length: rows },
    (_, row) => 2 * (features[2 * row] ?? 0) - (features[2 * row + 1] ?? 0) + 0.5,
  )
  return { features: float32(features, [rows, 2]), labels: float32(labels, [rows, 1]) }
}

export function start(): TrainingState {
  const values = new Map([
    ['weight', float32(Float32Array.of(0.1, -0.2), [2, 1])],
    ['bias', float32(Float32Array.of(0), [1])],
    ['seen', float32(Float32Array.of(0), [1])],
  ])
  return initialState(definition, values)
}

/** Two rows for each step, by the step's number alone. */
export function rowBatches(first: number, count: number): Readonly<Record<string, HostTensor>> {
  const chosen = Array.from({ length: count }, (_, index) => [(first + index) % rows, ((first + index) * 5 + 1) % rows])
  return { rows: int32(chosen.flat(), [count, 2]) }
}
