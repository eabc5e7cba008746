import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createLabelConfig, parseHints, parseLabelConfig } from '../../../../integrations/label-studio/format/index.ts'

const Recorded = z.object({
  body: z.object({ label_config: z.string(), params: z.object({ context: z.unknown() }) }),
})
const recorded = (name: string) => {
  const file = new URL(`../../../fixtures/label-studio/${name}.json`, import.meta.url)
  const { label_config, params } = Recorded.parse(JSON.parse(readFileSync(file, 'utf8'))).body
  return parseHints(params.context, parseLabelConfig(label_config))
}

const config = parseLabelConfig(
  createLabelConfig({ labels: [{ name: 'Hair', color: undefined }], kind: 'brush', smartTools: true }),
)
const parse = (...result: unknown[]) => parseHints({ result }, config)

const keyPoint = {
  id: 'k1',
  type: 'keypointlabels',
  from_name: 'point',
  to_name: 'image',
  original_width: 64,
  original_height: 48,
  image_rotation: 0,
  value: { x: 25, y: 75, width: 0.5, keypointlabels: ['Hair'] },
  is_positive: true,
}
const box = {
  ...keyPoint,
  id: 'b1',
  type: 'rectanglelabels',
  from_name: 'box',
  value: { x: 25, y: 50, width: 12.5, height: 25, rotation: 0, rectanglelabels: ['Hair'] },
}
const pointHint = { kind: 'point', x: 0.25, y: 0.75, isPositive: true, part: 'Hair' }
const boxHint = { kind: 'rectangle', x: 0.25, y: 0.5, width: 0.125, height: 0.25, isPositive: true, part: 'Hair' }

describe('what a server sent', () => {
  test('for a key point that was sent to its API', () => {
    expect(recorded('predict_interactive')).toEqual({
      hints: [{ kind: 'point', x: 0.1, y: 0.2, isPositive: true, part: 'Hair' }],
      ignored: [],
      size: { width: 64, height: 48 },
      newest: 'k',
    })
  })

  test('for a key point that was drawn in its editor, whose label is no part', () => {
    expect(recorded('predict_interactive_ui')).toEqual({
      hints: [
        {
          kind: 'point',
          x: expect.closeTo(0.500616522811344, 12),
          y: expect.closeTo(0.594533497739416, 12),
          isPositive: true,
          part: 'Pt',
        },
      ],
      ignored: [],
      size: { width: 320, height: 240 },
      newest: 'gnDLGpKNWX',
    })
  })
})

describe('hints', () => {
  test('come in the order in which they were drawn', () => {
    expect(parse(keyPoint, box)).toEqual({
      hints: [pointHint, boxHint],
      ignored: [],
      size: { width: 64, height: 48 },
      newest: 'b1',
    })
  })

  test.each([
    [true, true],
    [false, false],
    [undefined, true],
    [null, true],
  ])('with is_positive %j are positive: %j', (is_positive, isPositive) => {
    expect(parse({ ...keyPoint, is_positive }).hints).toEqual([{ ...pointHint, isPositive }])
  })

  test.each([
    ['keypointlabels', { keypointlabels: ['Hair', 'Eye'] }, 'Hair'],
    ['rectanglelabels', { rectanglelabels: ['Hair'] }, 'Hair'],
    ['labels', { labels: ['Eye'] }, 'Eye'],
    ['labels beside an empty list', { keypointlabels: [], labels: ['Eye'] }, 'Eye'],
    ['nothing', {}, undefined],
    ['no list', { keypointlabels: 'Hair' }, undefined],
    ['a list of no texts', { keypointlabels: [7] }, undefined],
  ])('have their label in %s', (_, labels, part) => {
    expect(parse({ ...keyPoint, value: { x: 25, y: 75, ...labels } }).hints).toEqual([{ ...pointHint, part }])
  })

  test('of tools without labels have the label of the item with the same id, if any', () => {
    const plain = { ...box, type: 'rectangle', value: { x: 25, y: 50, width: 12.5, height: 25 } }
    const label = { ...box, type: 'labels', value: { ...plain.value, labels: ['Hair'] } }
    expect(parse(plain, label)).toMatchObject({ hints: [boxHint], ignored: [] })
    expect(parse(label, plain)).toMatchObject({ hints: [boxHint], ignored: [] })
    expect(parse(plain)).toMatchObject({ hints: [{ ...boxHint, part: undefined }], ignored: [] })
    const point = { ...keyPoint, type: 'keypoint', value: { x: 25, y: 75 } }
    expect(parse(point).hints).toEqual([{ ...pointHint, part: undefined }])
  })

  test('are called by the alias of their label, whether the editor wrote that or what it shows', () => {
    const aliased = parseLabelConfig(
      '<View><Image name="image" value="$image"/><BrushLabels name="part" toName="image"><Label value="Hair"/>' +
        '</BrushLabels><KeyPointLabels name="point" toName="image"><Label value="here" alias="Hair"/></KeyPointLabels></View>',
    )
    for (const label of ['here', 'Hair']) {
      const item = { ...keyPoint, value: { x: 25, y: 75, keypointlabels: [label] } }
      expect(parseHints({ result: [item] }, aliased).hints).toEqual([pointHint])
    }
  })

  test('beyond the image are clamped to it', () => {
    expect(parse({ ...keyPoint, value: { x: -3, y: 100.01 } }).hints).toMatchObject([{ x: 0, y: 1 }])
    expect(parse({ ...box, value: { x: -50, y: 75, width: 100, height: 100 } }).hints).toMatchObject([
      { x: 0, y: 0.75, width: 0.5, height: 0.25 },
    ])
  })

  test('that are rectangles may be drawn towards the upper left', () => {
    expect(parse({ ...box, value: { x: 37.5, y: 75, width: -12.5, height: -25 } }).hints).toMatchObject([
      { x: 0.25, y: 0.5, width: 0.125, height: 0.25 },
    ])
  })

  test('need neither id nor size nor names of tags', () => {
    expect(parse({ type: 'keypointlabels', value: keyPoint.value })).toEqual({
      hints: [pointHint],
      ignored: [],
      size: undefined,
      newest: undefined,
    })
  })

  test.each([['0'.repeat(65)], ['a#b'], [''], ['"'], [7]])('whose id is %j name nothing after it', (id) => {
    expect(parse({ ...keyPoint, id })).toMatchObject({ hints: [pointHint], newest: undefined })
  })

  test.each([0, -1, 1.5, 1e9, '64'])('with the width %j of their image say nothing of its size', (width) => {
    expect(parse({ ...keyPoint, original_width: width })).toMatchObject({ hints: [pointHint], size: undefined })
  })
})

describe('a hint is left out with the reason, and the others count, where it', () => {
  test.each([
    ['is an ellipse', { type: 'ellipselabels' }, /"bad" is of the type "ellipselabels"; key points and rectangles/],
    ['is a stroke', { type: 'brushlabels' }, /type "brushlabels"/],
    ['is a label of nothing', { type: 'labels' }, /type "labels"/],
    ['was drawn on another image', { to_name: 'left' }, /"bad" was drawn on "left"/],
    ['was drawn on a turned image', { image_rotation: 90 }, /turned by 90 degrees/],
    ['has a text for is_positive', { is_positive: 'false' }, /number 1 is damaged \(is_positive\)/],
    ['has no type', { type: undefined }, /number 1 is damaged \(type\)/],
    ['has no value', { value: null }, /number 1 is damaged \(value\)/],
    ['has no place', { value: {} }, /no key point/],
    ['has a place in words', { value: { x: '10', y: 20 } }, /no key point/],
    ['lies where numbers end', { value: { x: 1e308, y: 20 } }, /no key point/],
    ['is no number', { value: { x: Number.NaN, y: 20 } }, /no key point/],
    ['lacks a side', { type: 'rectanglelabels', value: { x: 1, y: 2, width: 3 } }, /no rectangle/],
    ['is turned', { ...box, id: 'bad', value: { ...box.value, rotation: 30 } }, /turned by 30 degrees/],
    ['has no inside', { ...box, id: 'bad', value: { ...box.value, width: 0 } }, /without an inside/],
    ['lies outside', { ...box, id: 'bad', value: { ...box.value, x: 101 } }, /without an inside/],
  ])('%s', (_, fields, reason) => {
    const bad = { ...keyPoint, id: 'bad', value: { x: 1, y: 2 }, ...fields }
    expect(parse(bad, keyPoint)).toEqual({
      hints: [pointHint],
      ignored: [expect.stringMatching(reason)],
      size: { width: 64, height: 48 },
      newest: 'k1',
    })
  })

  test.each([[null], [7], ['point'], [[]]])('is %j', (item) => {
    expect(parse(item, keyPoint)).toMatchObject({
      hints: [pointHint],
      ignored: [expect.stringMatching(/number 1 is damaged/)],
    })
  })

  test('is one of very many', () => {
    const { hints, ignored } = parse(...Array.from({ length: 150 }, () => keyPoint))
    expect(hints.length).toBe(100)
    expect(ignored).toEqual(['150 hints were drawn; the first 100 are read.'])
  })
})

test.each([[undefined], [null], [7], ['{}'], [[]], [{}], [{ result: null }], [{ result: {} }]])(
  'the context %j holds no hints, and says so',
  (context) => {
    expect(parseHints(context, config)).toEqual({
      hints: [],
      ignored: [expect.stringMatching(/context\.result/)],
      size: undefined,
      newest: undefined,
    })
  },
)

test('a context of which all was deleted again holds no hints', () => {
  expect(parse()).toEqual({ hints: [], ignored: [], size: undefined, newest: undefined })
})
