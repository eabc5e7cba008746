import * as ort from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { modelOf } from './opModel.ts'
import { opTable } from './opTable.ts'

/**
 * What ONNX Runtime takes back to the host under WebGPU: 64-bit numbers, which the device does not have. Everything else
 * must run on the device from end to end, gradients too, because each way to the host and back costs more than the work.
 */
const onTheHost = /int64|float64|argMax/

const create = (bytes: Uint8Array) =>
  ort.InferenceSession.create(bytes, {
    executionProviders: ['webgpu'],
    logSeverityLevel: 4,
    extra: { session: { disable_cpu_ep_fallback: '1' } },
  })

describe.each(Object.entries(opTable))('%s', (_, cases) => {
  const names = cases.filter(({ name }) => !onTheHost.test(name))
  test.each(names.map((opCase) => [opCase.name, opCase] as const))('%s stays on the device', async (_, opCase) => {
    const session = await create(modelOf([opCase]).bytes)
    await session.release()
  })
})

test('a graph that leaves the device would be noticed', async () => {
  const opCase = Object.values(opTable)
    .flat()
    .find(({ name }) => name === 'oneHot of int64')
  if (opCase === undefined) throw new TypeError('the case is gone from the table')
  await expect(create(modelOf([opCase]).bytes)).rejects.toThrow(/fallback to CPU EP has been explicitly disabled/)
})
