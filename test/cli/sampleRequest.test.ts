import { describe, expect, test } from 'vitest'
import { UsageError } from '../../cli/errors.ts'
import { mixedName } from '../../cli/sampleImages.ts'
import { type SampleOptions, sampleRequest, sampleSheet } from '../../cli/sampleRequest.ts'
import { readSampleName } from '../../integrations/datasets/sampleName.ts'
import { layoutSheet } from '../../integrations/images/sheet/index.ts'

/** Of a generator of 128², as the embedded one. */
const generator = { layers: 12, defaultTruncation: 0.7 }
const ask = (options: SampleOptions) => sampleRequest(options, generator)
const size = { width: 128, height: 128 }
const count = (length: number, from = 0): number[] => Array.from({ length }, (_, index) => from + index)
const mix = { rows: [0, 1], columns: [10, 11, 12] }

describe('samples that are asked for', () => {
  test('are 64 seeds at the generator’s ψ, where nothing is said', () => {
    expect(ask({})).toEqual({ kind: 'seeds', seeds: count(64), truncations: [0.7] })
  })

  test('are mixed in the coarse layers, where none are named', () => {
    expect(ask({ mix, truncation: [1] })).toEqual({ kind: 'mixture', ...mix, truncation: 1, layers: [0, 1, 2, 3] })
  })

  // Two layers for each side, 4, 8, 16, …, as in StyleGAN (section 3.1): coarse 4²-8², middle 16²-32², fine the rest.
  test.each([
    ['coarse', [0, 1, 2, 3]],
    ['middle', [4, 5, 6, 7]],
    ['fine', [8, 9, 10, 11]],
    ['0', [0]],
    ['3-5', [3, 4, 5]],
    ['8,0-1,9,1', [0, 1, 8, 9]],
    ['fine, coarse', [0, 1, 2, 3, 8, 9, 10, 11]],
    ['0-11', count(12)],
  ])('are mixed in layers %s', (layers, expected) => {
    expect(ask({ mix, layers })).toMatchObject({ layers: expected })
  })

  test('of a small generator have the layers that it has', () => {
    const small = { layers: 6, defaultTruncation: 1 }
    expect(sampleRequest({ mix, layers: 'middle' }, small)).toMatchObject({ layers: [4, 5] })
    expect(() => sampleRequest({ mix, layers: 'fine' }, small)).toThrow('the generator has no fine layers, only 0-5')
  })

  test.each(['', 'all', '12', '3-1', '-1', '1-', '0-12', 'coarse,', 'toString', '1.5'])(
    'have no layers %j',
    (layers) => {
      expect(() => ask({ mix, layers })).toThrow(UsageError)
      expect(() => ask({ mix, layers })).toThrow('give coarse, middle, fine, or layers from 0 to 11')
    },
  )

  const contradictions: readonly (readonly [SampleOptions, string])[] = [
    [{ layers: 'coarse' }, 'give --mix ROWS:COLUMNS, too'],
    [{ mix, seeds: [1] }, 'leave --seeds out'],
    [{ mix, columns: 4 }, 'leave --columns out'],
    [{ mix, truncation: [0.5, 1] }, 'give one --truncation'],
    [{ truncation: [0.5, 1], columns: 4 }, 'leave --columns out, or give one --truncation'],
    [{ mix: { rows: count(1000), columns: count(101) } }, 'more than 100000 images'],
  ]
  test.each(contradictions)('do not contradict themselves: %j', (options, message) => {
    expect(() => ask(options)).toThrow(UsageError)
    expect(() => ask(options)).toThrow(message)
  })
})

describe('the sheet', () => {
  test('of seeds is about as wide as high, with each seed below its image and ψ above all', () => {
    const sheet = sampleSheet(ask({ seeds: count(10) }), {}, size)
    expect(sheet).toMatchObject({ rows: 3, columns: 4, title: 'ψ 0.7', captions: count(10).map(String), tile: size })
    expect(sampleSheet(ask({}), {}, size)).toMatchObject({ rows: 8, columns: 8 })
    expect(sampleSheet(ask({ seeds: [7] }), {}, size)).toMatchObject({ rows: 1, columns: 1 })
  })

  test('has as many columns as are asked for, and no empty ones', () => {
    expect(sampleSheet(ask({ seeds: count(10) }), { columns: 5 }, size)).toMatchObject({ rows: 2, columns: 5 })
    expect(sampleSheet(ask({ seeds: count(3) }), { columns: 5 }, size)).toMatchObject({ rows: 1, columns: 3 })
  })

  test('of several ψ has a row for each seed and a column for each ψ', () => {
    expect(sampleSheet(ask({ seeds: [5, 9], truncation: [0, 0.5, 1] }), {}, size)).toEqual({
      rows: 2,
      columns: 3,
      rowHeads: ['5', '9'],
      columnHeads: ['ψ 0', 'ψ 0.5', 'ψ 1'],
      tile: size,
    })
  })

  test('of a mixture has what is mixed in its first row and column', () => {
    expect(sampleSheet(ask({ mix }), {}, size)).toEqual({
      rows: 3,
      columns: 4,
      rowHeads: ['', '0', '1'],
      columnHeads: ['', '10', '11', '12'],
      corner: 'ψ 0.7',
      tile: size,
    })
  })

  test('shrinks large images and stretches none, but as it is told', () => {
    const tileOf = (side: number, tile?: number) =>
      sampleSheet(ask({}), tile === undefined ? {} : { tile }, { width: side, height: side / 2 }).tile
    expect(tileOf(64)).toEqual({ width: 64, height: 32 })
    expect(tileOf(1024)).toEqual({ width: 256, height: 128 })
    expect(tileOf(1024, 512)).toEqual({ width: 512, height: 256 })
    expect(tileOf(64, 128)).toEqual({ width: 128, height: 64 })
  })

  test('that is too large says which tiles would fit; those do, and larger ones do not', () => {
    const request = ask({ seeds: count(10_000) })
    const message = (tile: number): string => {
      try {
        sampleSheet(request, { tile }, size)
        return ''
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        return error.message
      }
    }
    const advised = Number(/give --tile (\d+) or less, or show fewer seeds/.exec(message(128))?.[1])
    expect(advised).toBeGreaterThan(8)
    expect(layoutSheet(sampleSheet(request, { tile: advised }, size)).width).toBeLessThan(9000)
    expect(message(advised + 1)).toContain(`give --tile ${advised} or less`)
    expect(message(128)).toContain('100 rows and 100 columns of 128×128 pixels')
    expect(message(4096)).toContain(`give --tile ${advised} or less`)
  })

  test('that is too large whatever its tiles says so', () => {
    const request = ask({ seeds: count(100_000) })
    expect(() => sampleSheet(request, { tile: 8 }, size)).toThrow(/8192\): show fewer seeds on one sheet$/)
    expect(() => sampleSheet(request, {}, size)).toThrow(/8192\): show fewer seeds on one sheet$/)
  })
})

describe('a mixed image', () => {
  test('is named after both seeds and the layers', () => {
    expect(mixedName('avatars', [0, 10], [0, 1, 2, 3], 0.7)).toBe('avatars-s0-s10-l0-3-t0.7')
    expect(mixedName('avatars', [4294967295, 0], [3, 5, 6, 11], 1e-7)).toBe('avatars-s4294967295-s0-l3+5-6+11-t1e-7')
  })

  test('is never taken for an image that can be painted as a seed', () => {
    expect(() => readSampleName(`${mixedName('avatars', [0, 10], [0, 1], 0.7)}.png`)).toThrow('it holds several')
    expect(readSampleName(`${mixedName('avatars', [10], [0, 1], 0.7)}.png`)).toEqual({ seed: 10, truncation: 0.7 })
  })

  test('is named like a sample where it is one', () => {
    expect(mixedName('avatars', [10], [0, 1], 0.7)).toBe('avatars-s10-t0.7')
  })
})
