import { afterAll, describe, expect, test } from 'vitest'
import { collectFeatures, featureLength } from '../../../../functions/gpu/interpreter/featureCollection.ts'
import { collectLessons } from '../../../../functions/gpu/interpreter/teacher.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { closeTo } from '../../../support/close.ts'
import { naiveFeatures, naiveLabelling } from './naiveLabelling.ts'
import { randomEnsemble, tapsOf, tinyGenerator, tinyShape } from './tinyGenerator.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const truncation = 0.8
const size = { width: 20, height: 14 }

test('a feature vector is as long as all tapped channels together', () => {
  // b4.conv1, b8.conv0, b8.conv1, … of 10, 8, 7 and 5 channels: test/fixtures/stylegan/make.py.
  expect(featureLength(tinyGenerator)).toBe(10 + 2 * (8 + 7 + 5))
})

describe('collected features', () => {
  test('are those of the asked pixels, image by image', async () => {
    const requests = [
      { seed: 3, pixels: [279, 0, 41] },
      { seed: 4, pixels: [] },
      { seed: 8, pixels: Uint32Array.of(100, 101) },
    ]
    const progress: number[][] = []
    const set = await collectFeatures(engine, tinyGenerator, requests, {
      truncation,
      size,
      onProgress: (done, total) => progress.push([done, total]),
    })
    expect([set.pixels, set.length]).toEqual([5, 50])
    const expected: number[] = []
    for (const { seed, pixels } of requests) {
      const all = naiveFeatures(await tapsOf(engine, tinyGenerator, { seed, truncation }), size)
      for (const pixel of pixels) expected.push(...(all[pixel] ?? []))
    }
    closeTo(set.features, expected, 1e-5)
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
  })

  test('are not collected once the signal has fallen', async () => {
    const signal = AbortSignal.abort(new Error('stopped'))
    const requests = [{ seed: 3, pixels: [0] }]
    await expect(collectFeatures(engine, tinyGenerator, requests, { truncation, size, signal })).rejects.toThrow(
      'stopped',
    )
  })
})

describe('lessons', () => {
  const ensemble = randomEnsemble(tinyShape(), 3)
  const options = { truncation, size, seeds: [11, 12], candidatesPerImage: 60, pixelsPerImage: 20 }
  const teach = (changes: Partial<typeof options> = {}) =>
    collectLessons(engine, tinyGenerator, ensemble, { ...options, ...changes }, createRandom(1, 'lessons'))
  const rowsOf = (data: Float32Array, length: number): readonly (readonly number[])[] =>
    Array.from({ length: data.length / length }, (_, row) => [...data.subarray(row * length, (row + 1) * length)])

  test('say what the ensemble says of their pixels', async () => {
    const lessons = await teach()
    expect([lessons.pixels, lessons.length]).toEqual([40, 50])
    const naive = naiveLabelling(rowsOf(lessons.features, 50), ensemble)
    closeTo(lessons.probabilities, naive.probabilities.flat(), 1e-4)
    closeTo(lessons.divergence, naive.divergence, 1e-4)
  })

  test('are one half the most uncertain candidates, one half any others', async () => {
    const [all, some] = [await teach({ pixelsPerImage: 60 }), await teach()]
    const candidates = all.divergence.slice(0, 60).toSorted().reverse()
    const kept = some.divergence.slice(0, 20)
    expect(kept.slice(0, 10)).toEqual(candidates.slice(0, 10))
    expect(kept.slice(10).some((value) => value < (candidates[20] ?? 0))).toBe(true)
  })

  test('are the same again, whatever other images are asked about', async () => {
    const [both, first] = [await teach(), await teach({ seeds: [11] })]
    expect(first.features).toEqual(both.features.slice(0, first.features.length))
    expect(first.divergence).toEqual(both.divergence.slice(0, 20))
  })

  test('cannot be more than the candidates', async () => {
    await expect(teach({ pixelsPerImage: 61 })).rejects.toThrow(
      '61 pixels of each image cannot be kept of 60 candidates',
    )
  })
})
