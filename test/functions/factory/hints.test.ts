import { describe, expect, test } from 'vitest'
import { applyHints } from '../../../functions/factory/hints.ts'
import type { Hint } from '../../../schemas/hint.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import { drawn, rowsOf } from './drawnLabelMaps.ts'

/** Two eyes (2) in a face (1), and a mouth (3) across its edge; the background has a region inside the face. */
const face = drawn(
  '..........', //
  '.11111111.',
  '.12211221.',
  '.11111111.',
  '.111..111.',
  '.11133311.',
  '.....3....',
)
const names = ['background', 'face', 'eye', 'mouth']
const partIdOf = (label: string) => {
  const part = names.indexOf(label)
  return part < 0 ? undefined : part
}

/** The middle of a pixel of the face. */
const at = (column: number, row: number) => ({ x: (column + 0.5) / face.width, y: (row + 0.5) / face.height })
const point = (column: number, row: number, part?: string): Hint => ({
  kind: 'point',
  ...at(column, row),
  isPositive: true,
  part,
})
/** From the first pixel to the second one, both inside. */
const rectangle = ([left, top]: number[], [right, bottom]: number[], part?: string): Hint => ({
  kind: 'rectangle',
  x: (left ?? 0) / face.width,
  y: (top ?? 0) / face.height,
  width: ((right ?? 0) + 1 - (left ?? 0)) / face.width,
  height: ((bottom ?? 0) + 1 - (top ?? 0)) / face.height,
  isPositive: true,
  part,
})
const not = (hint: Hint): Hint => ({ ...hint, isPositive: false })

const apply = (labelMap: LabelMap, ...hints: Hint[]) => {
  const before = labelMap.data.slice()
  const result = applyHints(labelMap, hints, partIdOf)
  expect(labelMap.data).toEqual(before)
  return { rows: rowsOf(result.labelMap), parts: result.parts }
}
const nothing = { rows: Array.from({ length: 7 }, () => '..........'), parts: [] }

const rightEye = ['..........', '..........', '......22..', '..........', '..........', '..........', '..........']
const bothEyes = ['..........', '..........', '..22..22..', '..........', '..........', '..........', '..........']
const mouth = ['..........', '..........', '..........', '..........', '..........', '....333...', '.....3....']
const hole = ['..........', '..........', '..........', '..........', '....11....', '..........', '..........']

describe('a positive point', () => {
  test('with the part under it restricts the part to the region under it', () => {
    expect(apply(face, point(7, 2, 'eye'))).toEqual({ rows: rightEye, parts: [2] })
  })

  test('with another part flips the region under it, and nothing else', () => {
    const flipped = rightEye.map((row) => row.replaceAll('2', '3'))
    expect(apply(face, point(7, 2, 'mouth'))).toEqual({ rows: flipped, parts: [3] })
  })

  test('with a part flips a region of the background, such as a hole', () => {
    expect(apply(face, point(4, 4, 'face'))).toEqual({ rows: hole, parts: [1] })
  })

  test.each([undefined, 'Pt', ''])(
    'with the label %j, which is no part, gives the region the part that it has',
    (label) => {
      expect(apply(face, point(7, 2, label))).toEqual({ rows: rightEye, parts: [2] })
      expect(apply(face, point(5, 6, label))).toEqual({ rows: mouth, parts: [3] })
    },
  )

  test('without a part means nothing on the background', () => {
    expect(apply(face, point(0, 0))).toEqual(nothing)
    expect(apply(face, point(4, 4))).toEqual(nothing)
  })

  test('with the background takes away, as a negative one does', () => {
    expect(apply(face, point(2, 2, 'background'))).toEqual({ rows: rightEye, parts: [2] })
  })
})

describe('a point on or beyond the border is in the nearest pixel:', () => {
  const corners = drawn('12', '34')
  test.each([
    [0, 0, '1'],
    [1, 0, '2'],
    [0, 1, '3'],
    [1, 1, '4'],
    [0.5, 0.499, '2'],
    [-0.1, 7, '3'],
  ])('%d, %d', (x, y, part) => {
    const { labelMap } = applyHints(corners, [{ kind: 'point', x, y, isPositive: true, part: undefined }], partIdOf)
    expect(rowsOf(labelMap).join('').replaceAll('.', '')).toBe(part)
  })
})

describe('a negative point', () => {
  test('alone leaves the other regions of the part under it, whatever it was drawn with', () => {
    for (const label of [undefined, 'eye', 'mouth', 'Pt']) {
      expect(apply(face, not(point(2, 2, label)))).toEqual({ rows: rightEye, parts: [2] })
    }
  })

  test('alone leaves nothing of a part that is one region, or of the background', () => {
    expect(apply(face, not(point(4, 5)))).toEqual(nothing)
    expect(apply(face, not(point(0, 0, 'eye')))).toEqual(nothing)
  })

  test('with others leaves what none of them marks', () => {
    expect(apply(face, not(point(2, 2)), not(point(7, 2)))).toEqual(nothing)
    expect(apply(face, not(point(2, 2)), not(point(4, 5)))).toEqual({ rows: rightEye, parts: [2] })
  })

  test('takes away from what positive ones added before it, not after it', () => {
    const eyes = rectangle([0, 0], [9, 3], 'eye')
    expect(apply(face, eyes, not(point(2, 2, 'eye')))).toEqual({ rows: rightEye, parts: [2] })
    expect(apply(face, not(point(2, 2, 'eye')), eyes)).toEqual({ rows: bothEyes, parts: [2] })
  })

  test('takes away a region that was flipped', () => {
    expect(apply(face, point(7, 2, 'mouth'), point(4, 5, 'mouth'), not(point(6, 2, 'mouth')))).toEqual({
      rows: mouth,
      parts: [3],
    })
  })
})

describe('a positive rectangle', () => {
  test('with a part restricts the part to its inside', () => {
    expect(apply(face, rectangle([3, 1], [6, 2], 'eye'))).toEqual({
      rows: ['..........', '..........', '...2..2...', ...nothing.rows.slice(3)],
      parts: [2],
    })
  })

  test('with a part that is not inside flips the part that has most there', () => {
    expect(apply(face, rectangle([1, 1], [4, 2], 'mouth'))).toEqual({
      rows: ['..........', '.3333.....', '.3..3.....', ...nothing.rows.slice(3)],
      parts: [3],
    })
  })

  test.each([undefined, 'Pt'])('with the label %j, which is no part, holds the part that has most inside', (label) => {
    expect(apply(face, rectangle([4, 4], [6, 6], label))).toEqual({
      rows: [...nothing.rows.slice(0, 5), '....333...', '.....3....'],
      parts: [3],
    })
  })

  test('never takes the background for the part that has most', () => {
    expect(apply(face, rectangle([0, 5], [9, 6], 'eye')).rows.slice(5)).toEqual(['.222...22.', '..........'])
    expect(apply(face, rectangle([4, 6], [9, 6]))).toEqual({
      rows: [...nothing.rows.slice(0, 6), '.....3....'],
      parts: [3],
    })
  })

  test('takes the smaller id where two parts have equally many pixels', () => {
    expect(apply(face, rectangle([2, 1], [3, 2])).rows.slice(1, 3)).toEqual(['..11......', '..........'])
  })

  test('means nothing on background alone, with a part or without', () => {
    expect(apply(face, rectangle([0, 0], [9, 0]))).toEqual(nothing)
    expect(apply(face, rectangle([0, 0], [9, 0], 'eye'))).toEqual(nothing)
  })

  test('with the background takes away, as a negative one does', () => {
    expect(apply(face, rectangle([2, 2], [3, 2], 'background'))).toEqual({ rows: rightEye, parts: [2] })
  })
})

describe('a rectangle holds the pixels whose centres are inside', () => {
  const line = drawn('1111')
  test.each([
    ['all', 0, 1, '1111'],
    ['from a centre, which is inside, to one that is outside', 0.125, 0.25, '1...'],
    ['nothing between two centres', 0.13, 0.24, '....'],
    ['one pixel', 0.37, 0.02, '.1..'],
    ['no width', 0.375, 0, '....'],
    ['a negative width', 0.9, -0.5, '....'],
    ['beyond the border', 0.5, 9, '..11'],
    ['outside', 2, 3, '....'],
    ['the whole and more', -4, 9, '1111'],
  ])('%s', (_, x, width, row) => {
    const hint: Hint = { kind: 'rectangle', x, y: 0, width, height: 1, isPositive: true, part: undefined }
    expect(rowsOf(applyHints(line, [hint], partIdOf).labelMap)).toEqual([row])
  })
})

describe('a negative rectangle', () => {
  test('alone leaves what is outside of the part that it was drawn with', () => {
    expect(apply(face, not(rectangle([0, 1], [4, 3], 'eye')))).toEqual({ rows: rightEye, parts: [2] })
  })

  test('alone leaves what is outside of the part that has most inside, where its own has nothing', () => {
    const lips = [...nothing.rows.slice(0, 5), '....3.3...', '..........']
    for (const label of [undefined, 'eye']) {
      expect(apply(face, not(rectangle([5, 5], [5, 6], label)))).toEqual({ rows: lips, parts: [3] })
    }
  })

  test('takes away what is inside of what was added before it', () => {
    expect(apply(face, point(2, 2), point(7, 2), not(rectangle([0, 0], [4, 6])))).toEqual({
      rows: rightEye,
      parts: [2],
    })
  })
})

describe('several positive hints', () => {
  test('are united', () => {
    expect(apply(face, point(2, 2, 'eye'), point(7, 2, 'eye'))).toEqual({ rows: bothEyes, parts: [2] })
    expect(apply(face, point(7, 2, 'eye'), point(4, 5, 'mouth')).parts).toEqual([2, 3])
  })

  test('give a pixel to the later one', () => {
    expect(apply(face, point(7, 2, 'mouth'), point(7, 2, 'eye'))).toEqual({ rows: rightEye, parts: [2] })
  })

  test('keep what was flipped where a later one means nothing', () => {
    expect(apply(face, point(4, 4, 'face'), point(4, 4))).toEqual({ rows: hole, parts: [1] })
    expect(apply(face, point(4, 4, 'face'), rectangle([4, 4], [5, 4]))).toEqual({ rows: hole, parts: [1] })
  })
})

test('no hints mean nothing', () => {
  expect(apply(face)).toEqual(nothing)
})

test('hints that are no numbers mean nothing', () => {
  const none = Number.NaN
  expect(apply(face, { kind: 'point', x: none, y: 0.4, isPositive: true, part: 'eye' })).toEqual(nothing)
  expect(
    apply(face, { kind: 'rectangle', x: none, y: 0, width: 1, height: 1, isPositive: false, part: 'eye' }),
  ).toEqual(nothing)
})
