import { describe, expect, test } from 'vitest'
import {
  readSafetensors,
  SafetensorsError,
  type StoredTensor,
  writeSafetensors,
} from '../../../../functions/gpu/onnx/safetensors.ts'
import { GeneratorError, readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { fixture } from '../../../support/fixture.ts'

interface Edit {
  readonly change?: Readonly<Record<string, StoredTensor>>
  readonly remove?: readonly string[]
  readonly metadata?: Readonly<Record<string, string | undefined>>
}

/** A good generator's file with something changed. */
function edited(name: string, { change = {}, remove = [], metadata = {} }: Edit): Uint8Array {
  const good = readSafetensors(fixture(`stylegan/${name}.generator.safetensors`))
  const tensors = new Map([...good.tensors, ...Object.entries(change)].filter(([key]) => !remove.includes(key)))
  const facts = Object.entries({ ...good.metadata, ...metadata }).filter(([, value]) => value !== undefined)
  return writeSafetensors(tensors, Object.fromEntries(facts) as Record<string, string>)
}

const floats = (...shape: number[]): StoredTensor => ({
  dtype: 'F32',
  shape,
  data: new Float32Array(shape.reduce((product, length) => product * length, 1)),
})

function refusal(file: Uint8Array): unknown {
  try {
    readGenerator(file)
  } catch (error) {
    return error
  }
  return undefined
}

const refuses = (file: Uint8Array, message: string | RegExp): void => {
  expect(refusal(file)).toBeInstanceOf(GeneratorError)
  expect(() => readGenerator(file)).toThrow(message)
}

test('a file that was changed in nothing is read', () => {
  expect(refusal(edited('skip', {}))).toBeUndefined()
})

describe('a weight that is missing is named', () => {
  const names = [...readSafetensors(fixture('stylegan/resnet.generator.safetensors')).tensors.keys()]
  // A layer that doubles the side reads the block's filter where it has none of its own.
  const required = names.filter((name) => !name.endsWith('resample_filter'))
  test.each(required)('%s', (name) => refuses(edited('resnet', { remove: [name] }), name))

  test('synthesis.b8.resample_filter', () => {
    const name = 'synthesis.b8.resample_filter'
    refuses(edited('skip', { remove: [name] }), name)
  })
})

describe('a weight of another shape is named, with the shape expected', () => {
  test.each([
    ['mapping.fc1.weight', [12, 4], '[12,4], expected [any,9]'],
    ['mapping.fc1.bias', [3], '[3], expected [12]'],
    ['mapping.w_avg', [8, 1], '[8,1], expected [8]'],
    ['synthesis.b4.const', [10, 8, 8], '[10,8,8], expected [any,4,4]'],
    ['synthesis.b8.conv0.weight', [8, 10, 1, 1], '[8,10,1,1], expected [any,10,3,3]'],
    ['synthesis.b16.conv1.affine.weight', [7, 9], '[7,9], expected [7,8]'],
    ['synthesis.b16.conv1.noise_const', [8, 8], '[8,8], expected [16,16]'],
    ['synthesis.b16.conv1.noise_strength', [2], '[2], expected a single number'],
    ['synthesis.b16.resample_filter', [2, 2], '[2,2], expected [4,4]'],
    ['synthesis.b16.torgb.weight', [1, 7, 1, 1], '[1,7,1,1], expected [3,7,1,1]'],
  ])('%s', (name, shape, message) => {
    const file = edited('skip', { change: { [name]: floats(...shape) } })
    refuses(file, `${name} has shape ${message}`)
  })
})

describe('a weight that is no usable number is named', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d', (value) => {
    const bias: StoredTensor = { dtype: 'F32', shape: [8], data: new Float32Array(8).fill(value, 5, 6) }
    refuses(
      edited('skip', { change: { 'synthesis.b8.conv1.bias': bias } }),
      `tensor 'synthesis.b8.conv1.bias' holds ${value} at position 5`,
    )
  })

  test('integers', () => {
    const bias: StoredTensor = { dtype: 'I32', shape: [8], data: new Int32Array(8) }
    refuses(
      edited('skip', { change: { 'synthesis.b8.conv1.bias': bias } }),
      /synthesis\.b8\.conv1\.bias.* has dtype I32/,
    )
  })
})

describe('another kind of generator is refused by its kind', () => {
  test.each(['stylegan1', 'stylegan3'])('%s', (kind) => {
    refuses(edited('skip', { metadata: { kind: JSON.stringify(kind) } }), `of kind "${kind}": only stylegan2`)
  })

  test('a class-conditional one', () => {
    const change = { 'mapping.embed.weight': floats(8, 10), 'mapping.embed.bias': floats(8) }
    refuses(edited('skip', { change }), 'conditional (mapping.embed)')
  })

  test('weights under other names', () => {
    const tensors = new Map([['style.1.weight', floats(8, 8)]])
    const { metadata } = readSafetensors(fixture('stylegan/skip.generator.safetensors'))
    refuses(writeSafetensors(tensors, metadata), 'canonical names')
  })
})

describe('facts that are wrong are named', () => {
  test('metadata that is not there', () => {
    const { tensors } = readSafetensors(fixture('stylegan/skip.generator.safetensors'))
    refuses(writeSafetensors(tensors), /metadata does not describe a generator[\s\S]*architecture/)
  })

  test.each([
    ['architecture', 'skip', 'metadata architecture is not JSON: skip'],
    ['architecture', '"ladder"', 'architecture'],
    ['conv_clamp', '-1', 'convClamp'],
    ['mapping_lr_multiplier', '0', 'mappingMultiplier'],
    ['default_truncation', '"much"', 'defaultTruncation'],
    ['conv_clamp', undefined, 'conv_clamp'],
  ])('%s %s', (key, value, message) => {
    refuses(edited('skip', { metadata: { [key]: value } }), message)
  })
})

test('a file that was cut short is a SafetensorsError that says so', () => {
  const whole = fixture('stylegan/skip.generator.safetensors')
  for (const length of [0, 7, 100, whole.length - 1])
    expect(refusal(whole.slice(0, length)), `${length} bytes`).toBeInstanceOf(SafetensorsError)
  expect(() => readGenerator(whole.slice(0, -1))).toThrow(/tensor '.*cut short/)
})

test('the same file has the same name for good, another one has another', () => {
  const whole = fixture('stylegan/skip.generator.safetensors')
  const other = edited('skip', { change: { 'mapping.fc0.bias': floats(9) } })
  expect(readGenerator(whole).sha256).toBe(readGenerator(whole.slice()).sha256)
  expect(readGenerator(other).sha256).not.toBe(readGenerator(whole).sha256)
})
