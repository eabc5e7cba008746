import { afterAll, describe, expect, test } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from '../../../../functions/gpu/onnx/checkpoint.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, type HostTensor, int32 } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { SafetensorsError, writeSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import {
  initialState,
  openTrainer,
  requireSameCircumstances,
  type Trainer,
  TrainingError,
  type TrainingState,
} from '../../../../functions/gpu/onnx/training.ts'
import { data, definition, rowBatches, start } from './smallTraining.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const circumstances = { device: 'cpu', runtimeVersion: '1.30.0', threads: '1' }
const open = (state: TrainingState = start(), values = data()): Promise<Trainer> =>
  openTrainer(engine, definition, state, values)
const encode = (state: TrainingState): Uint8Array =>
  encodeCheckpoint({ state, best: new Map(), history: [] }, circumstances)
const tensorsOf = async (trainer: Trainer): Promise<Readonly<Record<string, HostTensor>>> =>
  Object.fromEntries((await trainer.state()).tensors)

describe('a training', () => {
  test('gives the same bits in one call of many steps as in many calls of one step', async () => {
    const [together, single] = [await open(), await open()]
    const { loss } = await together.train(rowBatches(0, 12))
    const losses: number[] = []
    for (let step = 0; step < 12; step++)
      losses.push(...Array.from((await single.train(rowBatches(step, 1))).loss?.data ?? [], Number))
    expect(losses).toEqual(Array.from(loss?.data ?? [], Number))
    expect(await tensorsOf(single)).toEqual(await tensorsOf(together))
    expect([single.step, together.step]).toEqual([12, 12])
  })

  test('that was saved in a file goes on to the same bits', async () => {
    const whole = await open()
    await whole.train(rowBatches(0, 20))
    const interrupted = await open()
    await interrupted.train(rowBatches(0, 7))
    const file = encode(await interrupted.state())
    await interrupted.close()
    const saved = decodeCheckpoint(file)
    expect(saved.circumstances).toEqual(circumstances)
    const resumed = await open(saved.checkpoint.state)
    expect(resumed.step).toBe(7)
    await resumed.train(rowBatches(7, 13))
    expect(await tensorsOf(resumed)).toEqual(await tensorsOf(whole))
  })

  test('learns', async () => {
    const trainer = await open()
    const { loss } = await trainer.train(rowBatches(0, 100))
    const losses = Array.from(loss?.data ?? [], Number)
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 5)
  })

  test('names the step at which a number of the data turns the loss to NaN, and keeps the state before', async () => {
    const { features, labels } = data()
    // Row 3 is first used in step 6, counted from 1.
    features.data[3 * 2] = Number.NaN
    const trainer = await open(start(), { features, labels })
    await trainer.train({ rows: int32([0, 1, 2, 4], [2, 2]) })
    const before = await tensorsOf(trainer)
    const failing = trainer.train({ rows: int32([0, 1, 1, 2, 4, 5, 3, 0, 1, 2], [5, 2]) })
    await expect(failing).rejects.toThrow(TrainingError)
    await expect(failing).rejects.toThrow('the loss became NaN at step 6')
    expect(trainer.step).toBe(2)
    expect(await tensorsOf(trainer)).toEqual(before)
  })
})

describe('a first state', () => {
  test('needs a value for every parameter, of its shape', () => {
    expect(() => initialState(definition, new Map())).toThrow(new TrainingError('no initial value for weight'))
    const wrong = new Map([...start().tensors, ['weight', float32(new Float32Array(2), [1, 2])]] as const)
    expect(() => initialState(definition, wrong)).toThrow('weight should have shape [2,1], its initial value has [1,2]')
  })

  test('begins with an optimizer that remembers nothing', () => {
    const zeros = [...start().tensors].filter(([name]) => name.includes(':'))
    expect(zeros.map(([name]) => name)).toEqual([
      'weight:gradients',
      'weight:squares',
      'bias:gradients',
      'bias:squares',
    ])
    expect(zeros.every(([, { data }]) => data.every((value) => Number(value) === 0))).toBe(true)
  })
})

describe('a state that belongs to another training is refused by the tensor that tells', () => {
  const altered = (change: (tensors: Map<string, HostTensor>) => void): TrainingState => {
    const tensors = new Map(start().tensors)
    change(tensors)
    return { step: 3, tensors }
  }
  test.each([
    ['missing', altered((tensors) => tensors.delete('bias:squares')), 'the state has no bias:squares'],
    [
      'another shape',
      altered((tensors) => tensors.set('weight', float32(new Float32Array(3), [3, 1]))),
      'weight has shape [3,1], this training needs [2,1]',
    ],
    [
      'unknown',
      altered((tensors) => tensors.set('scale', float32(new Float32Array(1)))),
      'the state holds scale, which is unknown here',
    ],
  ])('%s', async (_, state, message) => {
    await expect(open(state)).rejects.toThrow(TrainingError)
    await expect(open(state)).rejects.toThrow(message)
  })
})

describe('a state’s file', () => {
  const file = encode(start())

  test('that was cut short is a SafetensorsError', () => {
    for (const length of [0, 20, file.length - 1])
      expect(() => decodeCheckpoint(file.slice(0, length)), `${length} bytes`).toThrow(SafetensorsError)
  })

  test.each([
    ['no metadata', {}, 'step'],
    ['no step', { ...circumstances }, 'step'],
    ['a step that is no number', { ...circumstances, step: 'seven' }, 'step'],
    ['an empty step', { ...circumstances, step: '' }, 'step'],
    ['no device', { step: '3', runtimeVersion: '1', threads: '1' }, 'device'],
  ])('with %s holds no training state', (_, metadata, key) => {
    const foreign = writeSafetensors(new Map(), metadata)
    expect(() => decodeCheckpoint(foreign)).toThrow(TrainingError)
    expect(() => decodeCheckpoint(foreign)).toThrow(new RegExp(`holds no training state[\\s\\S]*${key}`))
  })

  test('with integers holds no training state', () => {
    const tensors = new Map([['state/weight', { dtype: 'I32', shape: [1], data: Int32Array.of(1) }]] as const)
    const foreign = writeSafetensors(tensors, { step: '3', history: '[]', ...circumstances })
    expect(() => decodeCheckpoint(foreign)).toThrow(
      new TrainingError('state/weight is I32, expected F32: the file holds no training state'),
    )
  })
})

describe('circumstances', () => {
  test('that are the same let a training go on', () => {
    expect(() => requireSameCircumstances(circumstances, { ...circumstances })).not.toThrow()
  })

  test.each([
    [{ device: 'cuda' }, 'device cuda, now cpu'],
    [{ runtimeVersion: '1.29.0' }, 'ONNX Runtime 1.29.0, now 1.30.0'],
    [{ threads: '8', device: 'webgpu' }, 'device webgpu, now cpu; threads 8, now 1'],
    [{ runtimeVersion: '' }, 'ONNX Runtime unknown, now 1.30.0'],
  ])('%o saved are refused, saying what differs and what to do', (saved, message) => {
    const check = () => requireSameCircumstances({ ...circumstances, ...saved }, circumstances)
    expect(check).toThrow(TrainingError)
    expect(check).toThrow(message)
    expect(check).toThrow('remove the checkpoint to start again')
  })
})
