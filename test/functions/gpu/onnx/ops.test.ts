import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gradients } from '../../../../functions/gpu/onnx/autodiff.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { GraphError, input } from '../../../../functions/gpu/onnx/tensor.ts'
import { closeTo } from '../../../support/close.ts'
import { computed, expected, type OpResult, weightedSum } from './opModel.ts'
import { opTable } from './opTable.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const tolerance = { absolute: 2e-5, relative: 2e-5 }

describe.each(Object.entries(opTable))('%s', (_, cases) => {
  const results: OpResult[] = []
  beforeAll(async () => {
    results.push(...(await computed(engine, cases)))
  })

  test.each(cases.map((opCase, number) => [opCase.name, number, opCase] as const))('%s', (_, number, opCase) => {
    const actual = results[number]
    const reference = expected(opCase)
    expect(actual?.value.shape).toEqual(reference.value.shape)
    closeTo(actual?.value.data ?? [], reference.value.data, tolerance)
    for (const [index, gradient] of reference.gradients.entries()) {
      expect(actual?.gradients[index]?.shape).toEqual(gradient?.shape)
      closeTo(actual?.gradients[index]?.data ?? [], gradient?.data ?? [], tolerance)
    }
  })
})

const forwardOnly = Object.values(opTable)
  .flat()
  .flatMap((opCase) =>
    opCase.withoutGradient === undefined ? [] : [[opCase.name, opCase.withoutGradient, opCase] as const],
  )

test.each(forwardOnly)('%s says that it has no gradient', (_, type, opCase) => {
  const tensors = opCase.inputs.map(({ array }, index) => input(`x${index}`, 'float32', array.shape))
  const loss = weightedSum(opCase, opCase.graph(...tensors))
  expect(() => gradients(loss, tensors)).toThrow(new GraphError(`operator ${type} has no gradient`))
})
