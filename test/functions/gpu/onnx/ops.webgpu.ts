import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { closeTo } from '../../../support/close.ts'
import { computed, type OpResult } from './opModel.ts'
import { opTable } from './opTable.ts'

const devices = { cpu: openEngine({ device: 'cpu', threads: 1 }), webgpu: openEngine({ device: 'webgpu' }) }
afterAll(() => Promise.all(Object.values(devices).map((engine) => engine.close())))

/** The product's promise for results of one graph on two devices. */
const tolerance = { absolute: 1e-3, relative: 1e-3 }

describe.each(Object.entries(opTable))('%s on webgpu gives what cpu gives', (_, cases) => {
  const results: { cpu: readonly OpResult[]; webgpu: readonly OpResult[] } = { cpu: [], webgpu: [] }
  beforeAll(async () => {
    results.cpu = await computed(devices.cpu, cases)
    results.webgpu = await computed(devices.webgpu, cases)
    // The driver compiles a program for every new shape.
  }, 120_000)

  test.each(cases.map(({ name }, number) => [name, number] as const))('%s', (_, number) => {
    const [onCpu, onWebgpu] = [results.cpu[number], results.webgpu[number]]
    expect(onWebgpu?.value.shape).toEqual(onCpu?.value.shape)
    closeTo(onWebgpu?.value.data ?? [], onCpu?.value.data ?? [], tolerance)
    for (const [index, gradient] of onCpu?.gradients.entries() ?? [])
      closeTo(onWebgpu?.gradients[index]?.data ?? [], gradient?.data ?? [], tolerance)
  })
})
