import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { exactLabeler } from '../../../../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph } from '../../../../functions/gpu/interpreter/factoryGraph.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { maxAbsDifference } from '../../../support/close.ts'
import { reference, referenceEnsemble } from './referenceEnsemble.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

const weights = readGenerator(await readFile('models/avatars/generator.safetensors'))

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
