import { afterAll, expect, test } from 'vitest'
import { hiddenWidths } from '../../../../functions/gpu/interpreter/ensemble.ts'
import { exactLabeler } from '../../../../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph } from '../../../../functions/gpu/interpreter/factoryGraph.ts'
import { defaultFitOptions, fitEnsemble } from '../../../../functions/gpu/interpreter/fitEnsemble.ts'
import { studentLabeler, studentShape } from '../../../../functions/gpu/interpreter/student.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { LabelList } from '../../../../schemas/labels.ts'
import { naiveFeatures, naiveLabelling } from './naiveLabelling.ts'
import { randomEnsemble, tapsOf, tinyGenerator, tinyShape } from './tinyGenerator.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

const most = 256
const labelList = (parts: number): unknown => ({
  truncation: 1,
  parts: Array.from({ length: parts }, (_, id) => ({ id, name: `part ${id}`, color: '#123456' })),
})

test('a label list holds 256 parts, and refuses 300 with the reason', () => {
  expect(LabelList.safeParse(labelList(most)).success).toBe(true)
  expect(LabelList.safeParse(labelList(300)).error?.message).toContain(
    'at most 256 parts, because label maps are 8-bit',
  )
})

test('an ensemble learns 256 parts', async () => {
  const shape = { members: 2, features: 8, hidden: hiddenWidths(most), parts: most }
  // A part is the binary number that its eight features spell.
  const labels = Uint8Array.from({ length: 2 * most }, (_, pixel) => pixel)
  const random = createRandom(0, 'bits')
  const features = Float32Array.from(
    { length: labels.length * 8 },
    (_, place) => 2 * (((labels[place >> 3] ?? 0) >> (place & 7)) & 1) - 1 + 0.05 * random.normal(),
  )
  const options = { ...defaultFitOptions, steps: 60, interval: 30, batch: 128 }
  const { history } = await fitEnsemble(engine, shape, { features, pixels: labels.length, length: 8 }, labels, options)
  expect(history[0]?.heldOutLoss).toBeLessThan(Math.log(most))
  // Two nats better than knowing nothing.
  expect(history.at(-1)?.heldOutLoss).toBeLessThan(Math.log(most) - 2)
})

test('factory graphs label with all 256 parts', async () => {
  const size = { width: 20, height: 16 }
  const shape = tinyShape({ members: 2, hidden: hiddenWidths(most), parts: most })
  const ensemble = randomEnsemble(shape, 6)
  const features = naiveFeatures(await tapsOf(engine, tinyGenerator, { seed: 2, truncation: 1 }), size)
  const z = float32(Float32Array.from(sampleLatent(2, tinyGenerator.latentLength)), [1, tinyGenerator.latentLength])
  const label = async (labeler: Parameters<typeof factoryGraph>[1]): Promise<Uint8Array> => {
    const session = await engine.load(factoryGraph(tinyGenerator, labeler, { truncation: 1, size }).bytes)
    return uint8Data((await session.run({ z })).results.labels, 'labels')
  }
  const expected = naiveLabelling(features, ensemble).labels
  const labels = await label(exactLabeler(ensemble, { size }))
  expect(labels.filter((part, pixel) => part === expected[pixel]).length).toBeGreaterThanOrEqual(0.99 * labels.length)
  expect(Math.max(...labels)).toBeGreaterThan(127)

  const student = randomEnsemble(studentShape(shape), 7)
  const byStudent = await label(studentLabeler(student, { size, members: 2 }))
  expect(Math.max(...byStudent)).toBeGreaterThan(127)
})
