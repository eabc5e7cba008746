import { describe, expect, test } from 'vitest'
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../../../../functions/gpu/onnx/safetensors.ts'
import { CheckpointError } from '../../../../../functions/gpu/stylegan/checkpoints/errors.ts'
import { readCheckpoint } from '../../../../../functions/gpu/stylegan/checkpoints/readCheckpoint.ts'
import { GeneratorError, readGenerator } from '../../../../../functions/gpu/stylegan/weights.ts'
import { fixture } from '../../../../support/fixture.ts'

const names = ['skip', 'skip-clamped', 'resnet', 'resnet-clamped', 'orig']
const generator = (name: string): Uint8Array => fixture(`stylegan/${name}.generator.safetensors`)

test.each(names)('a generator of ours keeps its facts and weights: %s', (name) => {
  const { format, facts, tensors, notes } = readCheckpoint(generator(name))
  const weights = readGenerator(generator(name))
  expect(format).toBe('safetensors')
  expect(facts).toEqual(weights.facts)
  for (const [key, weight] of tensors) expect(weight).toEqual(weights.get(key))
  expect(notes).toEqual([])
})

test.each(names)('weights alone tell the architecture; what they do not tell is noted: %s', (name) => {
  const file = writeSafetensors(readSafetensors(generator(name)).tensors, { format: 'pt' })
  const { facts, notes } = readCheckpoint(file)
  expect(facts).toEqual({
    kind: 'stylegan2',
    architecture: name.split('-')[0],
    convClamp: null,
    mappingMultiplier: 0.01,
    defaultTruncation: 0.7,
  })
  expect(notes).toEqual([expect.stringMatching(/weights alone.*conv_clamp.*multiplier/)])
})

describe('a conditional generator', () => {
  const { tensors, metadata } = readSafetensors(generator('skip'))
  const floats = (...shape: number[]): StoredTensor => ({
    dtype: 'F32',
    shape,
    data: new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(1),
  })
  const file = (change: Readonly<Record<string, StoredTensor>>) =>
    writeSafetensors(new Map([...tensors, ...Object.entries(change)]), metadata)
  const embed = { 'mapping.embed.weight': floats(4, 5), 'mapping.embed.bias': floats(4) }

  test('becomes one of a single class', () => {
    const { tensors } = readCheckpoint(file({ ...embed, 'mapping.fc0.weight': floats(9, 10) }), { classIndex: 4 })
    expect(tensors.get('mapping.fc0.weight')?.shape).toEqual([9, 6])
    expect(tensors.has('mapping.embed.weight')).toBe(false)
  })

  test('needs to be told which', () => {
    const conditional = file({ ...embed, 'mapping.fc0.weight': floats(9, 10) })
    expect(() => readCheckpoint(conditional)).toThrow('one of 0..4')
  })

  test('without a latent is refused', () => {
    const classesOnly = file({ ...embed, 'mapping.fc0.weight': floats(9, 4) })
    expect(() => readCheckpoint(classesOnly, { classIndex: 0 })).toThrow('a network without a latent (z_dim = 0)')
  })

  test('whose layers have other shapes is refused', () => {
    const odd = file({ ...embed, 'mapping.embed.bias': floats(5), 'mapping.fc0.weight': floats(9, 10) })
    expect(() => readCheckpoint(odd, { classIndex: 0 })).toThrow(
      'mapping.embed has a weight of shape [4,5] and a bias of shape [5]',
    )
  })
})

test('facts that are wrong are refused', () => {
  const { tensors, metadata } = readSafetensors(generator('skip'))
  const file = writeSafetensors(tensors, { ...metadata, kind: '"stylegan3"' })
  expect(() => readCheckpoint(file)).toThrow(GeneratorError)
})

test('other weights are refused', () => {
  const file = writeSafetensors(
    new Map([['unet.down.0.weight', { dtype: 'F32', shape: [1], data: new Float32Array(1) }]]),
  )
  expect(() => readCheckpoint(file)).toThrow(CheckpointError)
  expect(() => readCheckpoint(file)).toThrow('unet.down.0.weight')
})
