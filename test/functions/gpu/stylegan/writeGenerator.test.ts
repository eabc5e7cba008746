import { describe, expect, test } from 'vitest'
import { readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { readCheckpoint } from '../../../../functions/gpu/stylegan/checkpoints/readCheckpoint.ts'
import { GeneratorError, readGenerator, type Weight } from '../../../../functions/gpu/stylegan/weights.ts'
import { writeGenerator } from '../../../../functions/gpu/stylegan/writeGenerator.ts'
import { closeTo } from '../../../support/close.ts'
import { fixture } from '../../../support/fixture.ts'

const { tensors, facts } = readCheckpoint(fixture('stylegan/resnet-clamped.generator.safetensors'))
const name = 'synthesis.b8.conv0.weight'

/** The weights with one of them changed. */
function changed(key: string, change: (data: Float32Array) => Float32Array): ReadonlyMap<string, Weight> {
  const weight = tensors.get(key)
  if (weight === undefined) throw new TypeError(`the fixture has no ${key}`)
  return new Map([...tensors, [key, { shape: weight.shape, data: change(weight.data) }]])
}

function refuses(weights: ReadonlyMap<string, Weight>, precision: 'float32' | 'float16', message: string): void {
  const run = () => writeGenerator(weights, facts, { precision })
  expect(run).toThrow(GeneratorError)
  expect(run).toThrow(message)
}

test('what is written is read again, exactly', () => {
  const weights = readGenerator(writeGenerator(tensors, facts, { precision: 'float32' }))
  expect(weights.facts).toEqual(facts)
  for (const [key, weight] of tensors) expect(weights.get(key)).toEqual(weight)
})

test('the same weights are the same bytes, in whatever order they come', () => {
  const turned = new Map([...tensors].reverse())
  expect(writeGenerator(turned, facts, { precision: 'float16' })).toEqual(
    writeGenerator(tensors, facts, { precision: 'float16' }),
  )
})

test('a crop is kept', () => {
  const crop = { x: 0, y: 2, width: 16, height: 12 }
  expect(readGenerator(writeGenerator(tensors, { ...facts, crop }, { precision: 'float32' })).facts.crop).toEqual(crop)
})

describe('as float16', () => {
  const file = writeGenerator(tensors, facts, { precision: 'float16' })
  const stored = readSafetensors(file).tensors

  test('weights of the synthesis network are narrow; its biases, noise and filters, and the mapping network are not', () => {
    const narrow = [...stored].filter(([, { dtype }]) => dtype === 'F16').map(([key]) => key)
    expect(narrow.toSorted()).toEqual(
      [...tensors.keys()].filter((key) => /^synthesis.*\.(weight|const)$/.test(key)).toSorted(),
    )
  })

  test('weights lose at most half a unit in the last of 11 bits', () => {
    const weights = readGenerator(file)
    for (const [key, { data }] of tensors)
      closeTo(weights.get(key).data, data, { relative: 2 ** -11, absolute: 2 ** -25 })
  })

  test('weights that are too large are refused by name', () => {
    const large = changed(name, (data) => data.with(4, 65520))
    refuses(large, 'float16', `${name} holds 65520 at position 4, float16 ends at 65504: keep the weights as float32`)
    expect(() => writeGenerator(large, facts, { precision: 'float32' })).not.toThrow()
  })

  test('weights that are too small are refused by name', () => {
    const small = changed(name, (data) => data.map((value) => value * 1e-7))
    refuses(small, 'float16', `${name} holds numbers too small for float16`)
  })

  test('weights that are zero are no smaller than they were', () => {
    expect(() =>
      writeGenerator(
        changed(name, (data) => data.map(() => 0)),
        facts,
        { precision: 'float16' },
      ),
    ).not.toThrow()
  })
})

describe.each(['float32', 'float16'] as const)('nothing that cannot be read is written: %s', (precision) => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d', (value) => {
    refuses(
      changed(name, (data) => data.with(3, value)),
      precision,
      `'${name}' holds ${value} at position 3`,
    )
  })

  test('a weight that is missing', () => {
    refuses(new Map([...tensors].filter(([key]) => key !== name)), precision, name)
  })

  test('a weight of another shape', () => {
    const odd = new Map([...tensors, [name, { shape: [1, 1, 3, 3], data: new Float32Array(9) }] as const])
    refuses(odd, precision, `${name} has shape [1,1,3,3]`)
  })

  test('facts that are wrong', () => {
    expect(() => writeGenerator(tensors, { ...facts, convClamp: -1 }, { precision })).toThrow(GeneratorError)
  })
})
