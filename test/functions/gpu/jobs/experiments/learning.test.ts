import { describe, expect, test } from 'vitest'
import { holdOut } from '../../../../../functions/gpu/jobs/experiments/learning.ts'
import { measureLabels } from '../../../../../functions/gpu/jobs/experiments/measure.ts'
import type { LabelledImages } from '../../../../../functions/gpu/segmenter/labelledImages.ts'

/** Images of one pixel, whose label and colour is their number. */
function numbered(count: number): LabelledImages {
  return {
    count,
    size: { width: 1, height: 1 },
    images: Uint8Array.from({ length: 3 * count }, (_, at) => Math.floor(at / 3)),
    labels: Uint8Array.from({ length: count }, (_, image) => image),
  }
}

describe('images that are held out', () => {
  test('are a share of all, and none is lost', () => {
    const { training, heldOut } = holdOut(numbered(50), 0.1, 3)
    expect(heldOut.count).toBe(5)
    expect([...training.labels, ...heldOut.labels].toSorted((a, b) => a - b)).toEqual([...numbered(50).labels])
    expect(heldOut.images.filter((_, at) => at % 3 === 0)).toEqual(heldOut.labels)
  })

  test('are the same for the same seed, and others for another', () => {
    const of = (seed: number) => [...holdOut(numbered(50), 0.1, seed).heldOut.labels]
    expect(of(3)).toEqual(of(3))
    expect(of(4)).not.toEqual(of(3))
  })

  test('are one at least, which of a single image is that image', () => {
    expect(holdOut(numbered(2), 0.1, 0)).toMatchObject({ training: { count: 1 }, heldOut: { count: 1 } })
    expect(holdOut(numbered(1), 0.1, 0)).toEqual({ training: numbered(1), heldOut: numbered(1) })
  })
})

describe('label maps beside true ones', () => {
  test('are measured in both definitions', () => {
    // Part 0: 1 of 2 pixels; part 1: 1 of 2; part 2 is nowhere.
    const { miou, parts } = measureLabels(3, Uint8Array.of(0, 1, 1), Uint8Array.of(0, 0, 1))
    expect(parts).toEqual([0.5, 0.5, null])
    expect(miou).toEqual({ presentOnly: 0.5, absentAsZero: 1 / 3 })
  })

  test('do not count where nothing is known', () => {
    const { miou } = measureLabels(2, Uint8Array.of(0, 255, 1), Uint8Array.of(0, 0, 1))
    expect(miou.presentOnly).toBe(1)
  })
})
