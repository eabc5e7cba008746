import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ensembleTensors,
  initialEnsemble,
  parameterShapes,
  statisticShapes,
} from '../../../../functions/gpu/interpreter/ensemble.ts'
import { ensembleTraining } from '../../../../functions/gpu/interpreter/ensembleTraining.ts'
import { exactLabeler } from '../../../../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph } from '../../../../functions/gpu/interpreter/factoryGraph.ts'
import type { Labeler } from '../../../../functions/gpu/interpreter/labeler.ts'
import { minibatches } from '../../../../functions/gpu/interpreter/pixelSplit.ts'
import { studentLabeler, studentShape } from '../../../../functions/gpu/interpreter/student.ts'
import { DeviceError } from '../../../../functions/gpu/onnx/device.ts'
import { type Engine, openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, type HostTensor, int32, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel, type Model } from '../../../../functions/gpu/onnx/model.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'
import { initialState, openTrainer } from '../../../../functions/gpu/onnx/training.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { generate } from '../../../../functions/gpu/stylegan/generator.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { closeTo, maxAbsDifference } from '../../../support/close.ts'
import { referenceEnsemble } from './referenceEnsemble.ts'
import { randomEnsemble } from './tinyGenerator.ts'

const devices = { cpu: openEngine({ device: 'cpu', threads: 2 }), webgpu: openEngine({ device: 'webgpu' }) }
afterAll(() => Promise.all(Object.values(devices).map((engine) => engine.close())))

const weights = readGenerator(await readFile('models/avatars/generator.safetensors'))
const z = float32(Float32Array.from(sampleLatent(200, 64)), [1, 64])
// Smaller than the image: a device in software takes its time.
const size = { width: 64, height: 64 }
type Results = Readonly<Record<string, HostTensor>>

async function run(engine: Engine, model: Model): Promise<Results> {
  const session = await engine.load(model.bytes)
  const { results } = await session.run({ z })
  await session.release()
  return results
}

test('a second engine on webgpu is refused while the first is open', () => {
  expect(() => openEngine({ device: 'webgpu' })).toThrow(DeviceError)
})

test('the generator gives the image and activations that cpu gives', async () => {
  const { image, taps } = generate(weights, input('z', 'float32', [1, 64]), { truncation: 1 })
  const tapOutputs = Object.fromEntries(taps.map((tap, index) => [`tap${index}`, tap]))
  const model = buildModel({ name: 'generator', outputs: { image, ...tapOutputs } })
  const [onCpu, onWebgpu] = [await run(devices.cpu, model), await run(devices.webgpu, model)]
  expect(Object.keys(onWebgpu)).toEqual(Object.keys(onCpu))
  for (const name of Object.keys(onCpu)) {
    const difference = maxAbsDifference(float32Data(onWebgpu[name], name), float32Data(onCpu[name], name))
    expect(difference, name).toBeLessThan(1e-3)
  }
})

const labelers: Readonly<Record<string, Labeler>> = {
  exact: exactLabeler(referenceEnsemble(), { size }),
  distilled: studentLabeler(randomEnsemble(studentShape(referenceEnsemble().shape), 1), { size, members: 10 }),
}

describe.each(Object.entries(labelers))('the %s factory graph gives what cpu gives', (_, labeler) => {
  const results: { cpu: Results; webgpu: Results } = { cpu: {}, webgpu: {} }
  beforeAll(async () => {
    const model = factoryGraph(weights, labeler, { truncation: 1, size })
    results.cpu = await run(devices.cpu, model)
    results.webgpu = await run(devices.webgpu, model)
  }, 120_000)

  test('labels on 99.9 % of pixels', () => {
    const [onCpu, onWebgpu] = [uint8Data(results.cpu.labels, 'labels'), uint8Data(results.webgpu.labels, 'labels')]
    expect(onWebgpu.length).toBe(size.width * size.height)
    expect(onWebgpu.filter((part, pixel) => part === onCpu[pixel]).length).toBeGreaterThanOrEqual(0.999 * onCpu.length)
  })

  test('image bytes but for one level', () => {
    const [onCpu, onWebgpu] = [uint8Data(results.cpu.image, 'image'), uint8Data(results.webgpu.image, 'image')]
    expect(maxAbsDifference(onWebgpu, onCpu)).toBeLessThanOrEqual(1)
  })

  test('divergence and score within 1e-3', () => {
    for (const name of ['divergence', 'score'])
      closeTo(float32Data(results.webgpu[name], name), float32Data(results.cpu[name], name), 1e-3)
  })
})

test('twenty steps of the ensemble’s training end with the weights that cpu ends with', async () => {
  const shape = { members: 3, features: 20, hidden: [12, 8], parts: 4 } as const
  const [pixels, batch, steps] = [64, 16, 20]
  const definition = ensembleTraining(shape, { pixels, batch, learningRate: 1e-3 })
  const chosen = Uint32Array.from({ length: pixels }, (_, pixel) => pixel)
  const train = async (engine: Engine) => {
    const random = createRandom(0, 'pixels')
    const labels = Array.from({ length: pixels }, (_, pixel) => pixel % shape.parts)
    const features = Float32Array.from(
      { length: pixels * shape.features },
      (_, place) => random.normal() + (place % shape.parts === labels[Math.floor(place / shape.features)] ? 1 : 0),
    )
    // First biases are zero, so that units are on for half of the pixels: a unit that is always on has a bias without
    // gradient before its normalization, and Adam would follow the rounding there.
    const state = initialState(definition, ensembleTensors(initialEnsemble(shape, 3)))
    const trainer = await openTrainer(engine, definition, state, {
      features: float32(features, [pixels, shape.features]),
      labels: int32(labels),
    })
    const drawn = minibatches(random, [chosen, chosen, chosen], 0, steps, batch)
    await trainer.train({ pixels: int32(drawn, [steps, shape.members, batch]) })
    const { tensors } = await trainer.state()
    await trainer.close()
    return tensors
  }
  const [onCpu, onWebgpu] = [await train(devices.cpu), await train(devices.webgpu)]
  const names = Object.keys({ ...parameterShapes(shape), ...statisticShapes(shape) })
  for (const name of names) closeTo(float32Data(onWebgpu.get(name), name), float32Data(onCpu.get(name), name), 1e-3)
})
