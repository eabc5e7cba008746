import { describe, expect, test } from 'vitest'
import { scoreBins } from '../../../../functions/factory/report/uncertainty.ts'

describe('the bins of the uncertainty histogram', () => {
  test('count every image once, the largest score in the last bin', () => {
    expect(scoreBins([0, 0.5, 1, 2, 4], null, 4)).toEqual([
      { from: 0, to: 1, images: 2, fate: 'kept' },
      { from: 1, to: 2, images: 1, fate: 'kept' },
      { from: 2, to: 3, images: 1, fate: 'kept' },
      { from: 3, to: 4, images: 1, fate: 'kept' },
    ])
  })

  test('split at the threshold: what is above it was dropped', () => {
    expect(scoreBins([0.1, 1.2, 1.5, 1.6, 2], 1.5, 2)).toEqual([
      { from: 0, to: 1, images: 1, fate: 'kept' },
      { from: 1, to: 2, images: 2, fate: 'kept' },
      { from: 1, to: 2, images: 2, fate: 'dropped' },
    ])
  })

  test('hold scores that are all 0', () => {
    const bins = scoreBins([0, 0, 0], null)
    expect(bins.map((bin) => bin.images)).toEqual([3])
  })

  test('take a million scores', () => {
    const bins = scoreBins(
      Array.from({ length: 1_000_000 }, (_, index) => index),
      900_000,
      10,
    )
    expect(bins.reduce((sum, bin) => sum + bin.images, 0)).toBe(1_000_000)
  })
})
