import { afterAll, expect, test } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { initialState, openTrainer } from '../../../../functions/gpu/onnx/training.ts'
import { closeTo } from '../../../support/close.ts'
import { tinyTensor, tinyTensors, tinyTraining } from './tinyNetwork.ts'

const engine = openEngine({ device: 'webgpu' })
afterAll(() => engine.close())

test('a network learns on webgpu with the losses and weights of PyTorch', async () => {
  const definition = tinyTraining('bottleneck')
  const data = ['images', 'labels', 'classWeights'].map((key) => [key, tinyTensor('bottleneck', key)] as const)
  const start = initialState(definition, tinyTensors('bottleneck', 'initial.'))
  const trainer = await openTrainer(engine, definition, start, Object.fromEntries(data))
  const { loss } = await trainer.train({ step: float32(new Float32Array(3)) })
  const { tensors } = await trainer.state()
  await trainer.close()
  const losses = float32Data(tinyTensor('bottleneck', 'losses'), 'losses')
  closeTo(float32Data(loss, 'loss'), losses, { relative: 1e-3 })
  for (const [key, expected] of tinyTensors('bottleneck', 'final.'))
    closeTo(float32Data(tensors.get(key), key), float32Data(expected, key), { absolute: 2e-3, relative: 2e-3 })
  expect(trainer.step).toBe(3)
})
