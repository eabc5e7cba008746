import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { readCheckpoint } from '../../../../../functions/gpu/stylegan/checkpoints/readCheckpoint.ts'
import { readGenerator } from '../../../../../functions/gpu/stylegan/weights.ts'
import { writeGenerator } from '../../../../../functions/gpu/stylegan/writeGenerator.ts'
import { expectedOf, imagesOf } from '../../../../support/checkpoints.ts'
import { closeTo, maxAbsDifference } from '../../../../support/close.ts'
import { fixture } from '../../../../support/fixture.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

/** float32 against float64. */
const tolerance = 5e-5

interface Imported {
  readonly name: string
  readonly file: string
  readonly format: string
  readonly facts: object
  readonly channels: readonly number[]
  readonly notes: readonly (string | RegExp)[]
}

const skip = {
  kind: 'stylegan2',
  architecture: 'skip',
  convClamp: null,
  mappingMultiplier: 0.01,
  defaultTruncation: 0.7,
}
const noNoise = /no noise images .* without noise/
const nvidia = { format: 'nvidia-pickle', notes: [] }
const rosinality = { format: 'rosinality', facts: skip }

const checkpoints: readonly Imported[] = [
  { ...nvidia, name: 'ada-skip', file: 'ada-skip.pkl', facts: skip, channels: [9, 8, 6, 5, 4] },
  {
    ...nvidia,
    name: 'ada-resnet',
    file: 'ada-resnet.pkl',
    facts: { ...skip, architecture: 'resnet', convClamp: 1.1 },
    channels: [8, 7, 5],
  },
  { ...nvidia, name: 'ada-orig', file: 'ada-orig.pkl', facts: { ...skip, architecture: 'orig' }, channels: [7, 8, 5] },
  {
    ...nvidia,
    name: 'stylegan3-repository',
    file: 'stylegan3-repository.pkl',
    facts: { ...skip, convClamp: 2.5 },
    channels: [8, 6, 5, 4],
  },
  {
    ...nvidia,
    name: 'noiseless',
    file: 'noiseless.pkl',
    facts: skip,
    channels: [6, 6, 4],
    notes: ['the network has layers without noise'],
  },
  { ...rosinality, name: 'rosinality', file: 'rosinality.pt', channels: [9, 8, 6, 5], notes: [] },
  {
    ...rosinality,
    name: 'rosinality-legacy',
    file: 'rosinality-legacy.pt',
    channels: [7, 6, 5],
    notes: [noNoise, /no filters .* \[1, 3, 3, 1\]/],
  },
  {
    ...rosinality,
    name: 'rosinality-training',
    file: 'rosinality-training.pt',
    channels: [6, 6, 5],
    notes: [/no average style: it was computed from 4096 latents/],
  },
]

// The reference is PyTorch in float64 by another formulation: test/fixtures/stylegan/checkpoints/make.py.
describe.each(checkpoints)('$file', ({ name, file, format, facts, channels, notes }) => {
  const checkpoint = readCheckpoint(fixture(`stylegan/checkpoints/${file}`))
  const generator = writeGenerator(checkpoint.tensors, checkpoint.facts, { precision: 'float32' })

  test('says what it is', () => {
    expect(checkpoint.format).toBe(format)
    expect(checkpoint.facts).toEqual(facts)
    expect(checkpoint.notes.length).toBe(notes.length)
    for (const [index, note] of notes.entries()) expect(checkpoint.notes[index]).toMatch(note)
  })

  test('keeps its facts and widths as a generator', () => {
    const weights = readGenerator(generator)
    expect(weights.facts).toEqual(facts)
    expect(weights.blocks.map((side) => weights.get(`synthesis.b${side}.conv1.weight`).shape[0])).toEqual(channels)
  })

  test('makes the images of the reference', async () => {
    const expected = expectedOf(name)
    closeTo(await imagesOf(engine, generator, expected), expected.get('image'), tolerance)
  })

  test('makes nearly the same images with float16 weights, in less space', async () => {
    const narrow = writeGenerator(checkpoint.tensors, checkpoint.facts, { precision: 'float16' })
    const expected = expectedOf(name)
    closeTo(await imagesOf(engine, narrow, expected), expected.get('image'), 0.03)
    expect(narrow.length).toBeLessThan(generator.length)
  })
})

describe('a conditional network makes each of its classes', () => {
  const file = fixture('stylegan/checkpoints/ada-conditional.pkl')
  const expected = expectedOf('ada-conditional')

  test.each([0, 1, 2])('class %d', async (classIndex) => {
    const { tensors, facts, notes } = readCheckpoint(file, { classIndex })
    const generator = writeGenerator(tensors, facts, { precision: 'float32' })
    closeTo(await imagesOf(engine, generator, expected), expected.get(`image${classIndex}`), tolerance)
    expect(notes).toEqual([expect.stringContaining(`class ${classIndex} of 3`)])
  })

  test('which differ', () => {
    expect(maxAbsDifference(expected.get('image0'), expected.get('image1'))).toBeGreaterThan(0.1)
    expect(maxAbsDifference(expected.get('image1'), expected.get('image2'))).toBeGreaterThan(0.1)
  })
})
