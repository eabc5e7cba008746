import { describe, expect, test } from 'vitest'
import {
  addLabelMaps,
  type ConfusionMatrix,
  confusionMatrix,
  intersectionOverUnion,
  MetricError,
  meanIou,
  mergeConfusion,
  pixelAccuracy,
  spearmanCorrelation,
} from '../../../functions/factory/metrics.ts'

const compare = (parts: number, truth: number[], prediction: number[]): ConfusionMatrix => {
  const confusion = confusionMatrix(parts)
  addLabelMaps(confusion, Uint8Array.from(truth), Uint8Array.from(prediction))
  return confusion
}

// 6 × 8 label maps drawn by numpy.random.RandomState(7); the measures of them below are numpy's boolean arithmetic.
const truth = [
  3, 0, 1, 2, 3, 3, 3, 3, 0, 1, 2, 3, 0, 1, 2, 2, 2, 0, 3, 2, 0, 0, 3, 3, 0, 0, 3, 3, 2, 2, 3, 0, 0, 3, 1, 0, 0, 3, 1,
  0, 3, 1, 0, 2, 0, 1, 2, 2,
]
const prediction = [
  3, 0, 1, 2, 2, 3, 3, 3, 0, 1, 2, 1, 2, 1, 2, 2, 2, 0, 1, 2, 0, 0, 3, 2, 0, 2, 3, 3, 0, 2, 3, 0, 0, 0, 1, 1, 2, 2, 1,
  0, 3, 1, 2, 0, 1, 1, 0, 2,
]
const numpyIou = [9 / 19, 7 / 11, 8 / 18, 9 / 15]

const close = (actual: readonly (number | null)[], expected: readonly (number | null)[]): void => {
  expect(actual.length).toBe(expected.length)
  for (const [index, value] of expected.entries()) {
    if (value === null) expect(actual[index]).toBeNull()
    else expect(actual[index]).toBeCloseTo(value, 12)
  }
}

describe('intersection over union', () => {
  test('of each part is what numpy computes', () => {
    close(intersectionOverUnion(compare(4, truth, prediction)), numpyIou)
  })

  test('is 1 where all is right, 0 where nothing of a part is', () => {
    close(intersectionOverUnion(compare(2, [0, 1, 1], [0, 1, 1])), [1, 1])
    close(intersectionOverUnion(compare(3, [0, 1], [0, 2])), [1, 0, 0])
  })

  test('is null for a part that occurs nowhere, and 0 for one that only the prediction holds', () => {
    close(intersectionOverUnion(compare(3, [0, 0], [0, 2])), [1 / 2, null, 0])
  })

  test('is over all pixels of all images, whatever their order and cut', () => {
    const whole = compare(4, truth, prediction)
    const cut = confusionMatrix(4)
    for (const [from, to] of [
      [20, 48],
      [0, 20],
    ] as const) {
      addLabelMaps(cut, Uint8Array.from(truth.slice(from, to)), Uint8Array.from(prediction.slice(from, to)))
    }
    expect(cut).toEqual(whole)
  })
})

describe('mean IoU', () => {
  test('names its definition, and both agree where every part occurs', () => {
    const confusion = compare(4, truth, prediction)
    for (const definition of ['absentAsZero', 'presentOnly'] as const) {
      const mean = meanIou(confusion, definition)
      expect(mean).toMatchObject({ definition, parts: 4 })
      expect(mean.value).toBeCloseTo(0.5386230728335991, 12)
    }
  })

  test('a part absent from truth and prediction counts as 0 in the one definition and not at all in the other', () => {
    const confusion = compare(5, truth, prediction)
    expect(meanIou(confusion, 'absentAsZero').value).toBeCloseTo(0.4308984582668793, 12)
    expect(meanIou(confusion, 'presentOnly').value).toBeCloseTo(0.5386230728335991, 12)
    expect(meanIou(confusion, 'presentOnly').parts).toBe(4)
  })

  test('of nothing is refused', () => {
    expect(() => meanIou(confusionMatrix(3), 'presentOnly')).toThrow(MetricError)
  })
})

describe('at a level of the partonomy', () => {
  test('merging the matrix is the same as merging the label maps', () => {
    const mapping = Uint8Array.of(0, 1, 1, 2)
    const map = (ids: number[]): number[] => ids.map((id) => mapping[id] ?? 0)
    const merged = mergeConfusion(compare(4, truth, prediction), mapping)
    expect(merged).toEqual(compare(3, map(truth), map(prediction)))
    close(intersectionOverUnion(merged), [9 / 19, 15 / 29, 9 / 15])
  })

  test('a mapping for another label list is refused', () => {
    expect(() => mergeConfusion(confusionMatrix(4), Uint8Array.of(0, 1))).toThrow('for 2 parts')
  })
})

describe('pixel accuracy', () => {
  test('is the share of pixels that are right', () => {
    expect(pixelAccuracy(compare(4, truth, prediction))).toBeCloseTo(33 / 48, 12)
  })

  test('of nothing is refused', () => {
    expect(() => pixelAccuracy(confusionMatrix(1))).toThrow(MetricError)
  })
})

describe('label maps that do not fit', () => {
  test('are refused before anything is counted', () => {
    const confusion = confusionMatrix(2)
    expect(() => addLabelMaps(confusion, Uint8Array.of(0, 1), Uint8Array.of(0))).toThrow('2 pixels of truth, 1')
    expect(() => addLabelMaps(confusion, Uint8Array.of(0, 1), Uint8Array.of(0, 2))).toThrow('part 2; ids go up to 1')
    expect(() => addLabelMaps(confusion, Uint8Array.of(0, 9), Uint8Array.of(0, 1))).toThrow('the truth holds part 9')
    expect([...confusion.counts]).toEqual([0, 0, 0, 0])
  })

  test.each([0, 2.5, Number.NaN])('a matrix over %s parts is refused', (parts) => {
    expect(() => confusionMatrix(parts)).toThrow(MetricError)
  })
})

describe("Spearman's rank correlation", () => {
  test('without ties is 1 - 6Σd²/(n(n²-1))', () => {
    const second = [2, 1, 4, 3, 5]
    expect(spearmanCorrelation([10, 20, 30, 40, 50], second)).toBeCloseTo(1 - (6 * 4) / (5 * 24), 12)
  })

  test('with ties is what scipy.stats.spearmanr gives', () => {
    const first = [0.3, 0.1, 0.1, 0.7, 0.5, 0.5, 0.5, 0.9]
    expect(spearmanCorrelation(first, [2, 1, 3, 8, 5, 5, 7, 6])).toBeCloseTo(0.8397621979057937, 12)
  })

  test('is 1 for any growing relation, -1 for a falling one', () => {
    const values = Float32Array.of(-2, 0, 1, 5)
    expect(spearmanCorrelation(values, Array.from(values, Math.exp))).toBeCloseTo(1, 12)
    expect(
      spearmanCorrelation(
        values,
        Array.from(values, (value) => -(value ** 3)),
      ),
    ).toBeCloseTo(-1, 12)
  })

  test('is refused where it is not defined', () => {
    expect(() => spearmanCorrelation([1, 2], [1])).toThrow('2 do not pair with 1')
    expect(() => spearmanCorrelation([1], [1])).toThrow(MetricError)
    expect(() => spearmanCorrelation([1, 1, 1], [1, 2, 3])).toThrow('all the same')
    expect(() => spearmanCorrelation([1, Number.NaN], [1, 2])).toThrow('NaN')
  })
})
