import { afterAll, describe, expect, test } from 'vitest'
import type { Ensemble } from '../../../../functions/gpu/interpreter/ensemble.ts'
import { parameterShapes, statisticShapes } from '../../../../functions/gpu/interpreter/ensemble.ts'
import { exactLabeler } from '../../../../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph } from '../../../../functions/gpu/interpreter/factoryGraph.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { float32Values, readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { readFile } from 'node:fs/promises'
import { maxAbsDifference } from '../../../support/close.ts'
import { fixture } from '../../../support/fixture.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

const weights = readGenerator(await readFile('models/avatars/generator.safetensors'))
const reference = readSafetensors(fixture('avatars/interpreter-reference.safetensors')).tensors
const shape = { members: 10, features: 976, hidden: [128, 32], parts: 11 } as const

/** PyTorch's [out, in] matrices of ten members → our [members, in, out]. */
function referenceEnsemble(): Ensemble {
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
  const tensors = new Map<string, Float32Array>()
  for (const [name, [members, inputs, outputs]] of Object.entries({ ...parameterShapes(shape), ...statisticShapes(shape) })) {
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

function expected(name: string): ArrayLike<number> {
  const data = reference.get(name)?.data
  if (data === undefined || data instanceof BigInt64Array) throw new Error(`the reference has no ${name}`)
  return data
}

const latents = float32(Float32Array.from([200, 201].flatMap((seed) => [...sampleLatent(seed, 64)])), [2, 64])

describe('the exact factory graph', async () => {
  const size = { width: 128, height: 128 }
  const labeler = exactLabeler(referenceEnsemble(), { size })
  const session = await engine.load(factoryGraph(weights, labeler, { truncation: 1, size }).bytes)
  const { results } = await session.run({ z: latents })
  const labels = uint8Data(results.labels, 'labels')

  test('gives the labels of the naive PyTorch construction on 99.9 % of pixels', () => {
    const wanted = expected('labels')
    const same = labels.filter((label, pixel) => label === wanted[pixel]).length
    expect(same / labels.length).toBeGreaterThanOrEqual(0.999)
  })

  test('gives its divergence and image scores within 1e-3', () => {
    expect(maxAbsDifference(float32Data(results.divergence, 'divergence'), expected('js'))).toBeLessThan(1e-3)
    expect(maxAbsDifference(float32Data(results.score, 'score'), expected('score'))).toBeLessThan(1e-3)
  })

  test('gives the same bytes whatever the batch', async () => {
    const second = await session.run({ z: float32(float32Data(latents, 'z').slice(64), [1, 64]) })
    for (const name of ['image', 'labels', 'divergence', 'score']) {
      const alone = second.results[name]?.data
      const together = results[name]?.data
      expect(alone).toEqual(together?.slice(together.length / 2))
    }
  })

  test('does not depend on how members and rows are grouped', async () => {
    const other = exactLabeler(referenceEnsemble(), { size, membersPerGroup: 2, rowsPerBand: 13 })
    const otherSession = await engine.load(factoryGraph(weights, other, { truncation: 1, size }).bytes)
    const again = (await otherSession.run({ z: latents })).results
    expect(maxAbsDifference(float32Data(again.divergence, 'divergence'), expected('js'))).toBeLessThan(1e-3)
  })
})
