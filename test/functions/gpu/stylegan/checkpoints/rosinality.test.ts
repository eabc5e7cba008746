import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../../../../../functions/gpu/stylegan/checkpoints/errors.ts'
import { readPickleFile } from '../../../../../functions/gpu/stylegan/checkpoints/pickle/readPickleFile.ts'
import type { PickleValue } from '../../../../../functions/gpu/stylegan/checkpoints/pickle/value.ts'
import { readPickled } from '../../../../../functions/gpu/stylegan/checkpoints/pickled.ts'
import { readCheckpoint } from '../../../../../functions/gpu/stylegan/checkpoints/readCheckpoint.ts'
import { expectedOf, pickledTensor } from '../../../../support/checkpoints.ts'
import { closeTo } from '../../../../support/close.ts'
import { fixture } from '../../../../support/fixture.ts'

function stateDict(): ReadonlyMap<PickleValue, PickleValue> {
  const checkpoint = readPickleFile(fixture('stylegan/checkpoints/rosinality.pt'))
  const state = checkpoint instanceof Map ? checkpoint.get('g_ema') : undefined
  if (!(state instanceof Map)) throw new TypeError('the fixture has no g_ema')
  return state
}

const state = stateDict()
const average = pickledTensor([8])
const whole = readPickled(
  new Map<PickleValue, PickleValue>([
    ['g_ema', state],
    ['latent_avg', average],
  ]),
  {},
)

function changed(changes: Readonly<Record<string, PickleValue | undefined>>): PickleValue {
  const entries = new Map(state)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) entries.delete(name)
    else entries.set(name, value)
  }
  return new Map<PickleValue, PickleValue>([
    ['g_ema', entries],
    ['latent_avg', average],
  ])
}

function refuses(value: PickleValue, message: string | RegExp): void {
  const run = () => readPickled(value, {})
  expect(run).toThrow(CheckpointError)
  expect(run).toThrow(message)
}

test('a state dict alone, or of a network that was trained on several GPUs, is read, too', () => {
  const alone = new Map([...state, ['latent_avg', average] as const])
  expect([...readPickled(alone, {}).tensors]).toEqual([...whole.tensors])
  const wrapped = new Map([...state].map(([name, tensor]): [PickleValue, PickleValue] => [`module.${name}`, tensor]))
  const { tensors } = readPickled(
    new Map<PickleValue, PickleValue>([
      ['g_ema', wrapped],
      ['latent_avg', average],
    ]),
    {},
  )
  expect([...tensors]).toEqual([...whole.tensors])
})

test('the average that a file lacks is that of as many latents as the published tool takes', () => {
  const { tensors } = readCheckpoint(fixture('stylegan/checkpoints/rosinality-training.pt'))
  closeTo(tensors.get('mapping.w_avg')?.data ?? [], expectedOf('rosinality-training').get('average'), 1e-5)
})

describe('what is missing is named', () => {
  const names = [
    'style.1.weight',
    'style.2.bias',
    'conv1.noise.weight',
    'conv1.activate.bias',
    'to_rgb1.bias',
    'to_rgb1.conv.weight',
    'convs.1.conv.modulation.weight',
    'convs.2.conv.weight',
    'to_rgbs.1.conv.modulation.bias',
  ]
  test.each(names)('%s', (name) => refuses(changed({ [name]: undefined }), name))

  test('whole layers', () => {
    const names = [...state.keys()].filter((name) => String(name).startsWith('convs.5.'))
    refuses(
      changed(Object.fromEntries(names.map((name) => [String(name), undefined]))),
      '5 convolutions (convs) and 3 layers',
    )
  })
})

describe('what does not fit is named', () => {
  test.each([
    ['convs.2.conv.weight', pickledTensor([2, 6, 8, 3, 3]), 'convs.2.conv.weight has shape [2,6,8,3,3]'],
    ['input.input', pickledTensor([4, 4]), 'input.input has shape [4,4], expected 3 axes'],
    ['to_rgbs.0.conv.weight', pickledTensor([1, 12, 8, 1, 1]), 'to_rgbs.0.conv.weight gives 12 channels: only RGB'],
    ['convs.0.conv.blur.kernel', pickledTensor([3, 3]), 'convs.0.conv.blur.kernel has shape [3,3]'],
    ['convs.0.attention.weight', pickledTensor([3]), 'the network holds convs.0.attention.weight'],
  ])('%s', (name, tensor, message) => refuses(changed({ [name]: tensor }), message))
})

test('it has no classes', () => {
  expect(() => readPickled(changed({}), { classIndex: 0 })).toThrow('this generator is not conditional')
})
