import { type Ensemble, parameterShapes, statisticShapes } from '../../../../functions/gpu/interpreter/ensemble.ts'
import { float32Values, readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { fixture } from '../../../support/fixture.ts'

/** A ten-member interpreter for the embedded generator, and what PyTorch's naive construction made of it. */
export const reference = readSafetensors(fixture('avatars/interpreter-reference.safetensors')).tensors
const shape = { members: 10, features: 976, hidden: [128, 32], parts: 11 } as const

const sources: Readonly<Record<string, string>> = {
  weight1: '0.weight',
  bias1: '0.bias',
  scale1: '2.weight',
  shift1: '2.bias',
  mean1: '2.running_mean',
  variance1: '2.running_var',
  weight2: '3.weight',
  bias2: '3.bias',
  scale2: '5.weight',
  shift2: '5.bias',
  mean2: '5.running_mean',
  variance2: '5.running_var',
  weight3: '6.weight',
  bias3: '6.bias',
}

/** PyTorch's [out, in] matrices of ten members → our [members, in, out]. */
export function referenceEnsemble(): Ensemble {
  const tensors = new Map<string, Float32Array>()
  const shapes = Object.entries({ ...parameterShapes(shape), ...statisticShapes(shape) })
  for (const [name, [members, inputs, outputs]] of shapes) {
    const data = new Float32Array(members * inputs * outputs)
    for (let member = 0; member < members; member++) {
      const key = `members.${member}.${sources[name]}`
      const stored = reference.get(key)
      if (stored === undefined) throw new Error(`the reference has no ${key}`)
      const values = float32Values(key, stored)
      for (let row = 0; row < inputs; row++)
        for (let column = 0; column < outputs; column++)
          data[(member * inputs + row) * outputs + column] = values[column * inputs + row] ?? Number.NaN
    }
    tensors.set(name, data)
  }
  return { shape, tensors }
}
