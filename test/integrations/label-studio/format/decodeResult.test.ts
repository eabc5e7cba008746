import { describe, expect, test } from 'vitest'
import {
  decodeResult,
  encodeBitmask,
  encodeBrush,
  parseLabelConfig,
} from '../../../../integrations/label-studio/format/index.ts'

const config = parseLabelConfig(
  '<View><Image name="image" value="$image"/><Image name="other" value="$other"/><BrushLabels name="part" toName="image">' +
    '<Label value="Hair"/><Label alias="Eye" value="The eye"/></BrushLabels></View>',
)
const form = { parts: ['background', 'Hair', 'Eye'], width: 4, height: 1 }

const shared = { to_name: 'image', original_width: 4, original_height: 1, image_rotation: 0, origin: 'manual' }
const brush = (label: string | readonly string[], pixels: readonly number[], more: object = {}) => ({
  id: 'r1',
  from_name: 'part',
  type: 'brushlabels',
  ...shared,
  value: { format: 'rle', rle: encodeBrush(Uint8Array.from(pixels), 4, 1), brushlabels: [label].flat() },
  ...more,
})
const bitmask = (label: string, pixels: readonly number[]) => ({
  id: 'r2',
  from_name: 'bm',
  type: 'bitmasklabels',
  ...shared,
  value: { imageDataURL: encodeBitmask(Uint8Array.from(pixels), 4, 1), bitmasklabels: [label] },
})
const polygon = (label: string, points: unknown, more: object = { closed: true }) => ({
  id: 'r3',
  from_name: 'poly',
  type: 'polygonlabels',
  ...shared,
  value: { points, polygonlabels: [label], ...more },
})
const keyPoint = { id: 'k', type: 'keypointlabels', ...shared, value: { x: 1, y: 1, keypointlabels: ['Hair'] } }
const box = (from: number, to: number) => [
  [from, 0],
  [to, 0],
  [to, 100],
  [from, 100],
]

const decode = (result: readonly unknown[], aliases: Readonly<Record<string, string>> = {}) =>
  decodeResult(result, config, form, { aliases })
function pixelsOf(result: readonly unknown[], aliases: Readonly<Record<string, string>> = {}) {
  const painting = decode(result, aliases)
  return painting.kind === 'painted' ? [...painting.labelMap.data] : painting
}
const unusable = (reason: RegExp) => ({ kind: 'unusable', reason: expect.stringMatching(reason) })

describe('a painting', () => {
  test('gives each pixel to the first region that covers it, as on the screen, whatever the kinds', () => {
    expect(pixelsOf([brush('Eye', [0, 1, 1, 0]), bitmask('Hair', [1, 1, 0, 0]), polygon('Hair', box(0, 100))])).toEqual(
      [1, 2, 2, 1],
    )
  })

  test('may paint the background over others', () => {
    expect(pixelsOf([brush('background', [0, 1, 0, 0]), brush('Hair', [1, 1, 1, 0])])).toEqual([1, 0, 1, 0])
  })

  test('may have several regions of a part', () => {
    expect(pixelsOf([brush('Hair', [1, 0, 0, 0]), brush('Eye', [0, 1, 0, 0]), brush('Hair', [0, 0, 0, 1])])).toEqual([
      1, 2, 0, 1,
    ])
  })

  test('takes the first of several labels, whose colour the editor shows', () => {
    expect(pixelsOf([brush(['Eye', 'Hair'], [1, 0, 0, 0])])).toEqual([2, 0, 0, 0])
  })

  test('takes the value of a label that has an alias, as the editor does', () => {
    expect(pixelsOf([brush('The eye', [1, 0, 0, 0])])).toEqual([2, 0, 0, 0])
  })

  test('takes labels that were renamed by the aliases given, but names of parts as they are', () => {
    expect(pixelsOf([brush('Hairs', [1, 0, 0, 0])], { Hairs: 'Hair' })).toEqual([1, 0, 0, 0])
    expect(pixelsOf([brush('Eye', [1, 0, 0, 0])], { Eye: 'Hair' })).toEqual([2, 0, 0, 0])
  })

  test('leaves hints, relations and answers aside', () => {
    const others = [
      keyPoint,
      { type: 'relation', from_id: 'a', to_id: 'b' },
      { type: 'choices', to_name: 'image', value: { choices: ['good'] } },
      { id: 'x', type: 'constructor' },
      {
        id: 'r',
        type: 'rectanglelabels',
        ...shared,
        value: { x: 1, y: 1, width: 5, height: 5, rectanglelabels: ['Hair'] },
      },
    ]
    expect(pixelsOf([...others, brush('Hair', [1, 0, 0, 0])])).toEqual([1, 0, 0, 0])
  })

  test('leaves what is painted on another image aside', () => {
    expect(pixelsOf([brush('Hair', [1, 0, 0, 0]), brush('Eye', [1, 1, 1, 1], { to_name: 'other' })])).toEqual([
      1, 0, 0, 0,
    ])
  })

  test.each([
    ['prediction', 0.5, 'untouched'],
    ['prediction-changed', 0.5, 'changed'],
    ['manual', undefined, 'drawn'],
    [undefined, undefined, 'drawn'],
    [null, null, 'drawn'],
    [undefined, 0.5, 'untouched'],
  ])('counts a region of origin %s and score %s as %s', (origin, score, count) => {
    const painting = decode([brush('Hair', [1, 0, 0, 0], { origin, score })])
    expect(painting).toMatchObject({ regions: { drawn: 0, changed: 0, untouched: 0, [count]: 1 } })
  })

  test('is empty without regions, and with erased ones', () => {
    expect(decode([])).toEqual({ kind: 'empty' })
    expect(decode([brush('Hair', [0, 0, 0, 0])])).toEqual({ kind: 'empty' })
    expect(decode([{ type: 'choices', value: { choices: ['good'] } }])).toEqual({ kind: 'empty' })
  })

  test('may be turned all the way round', () => {
    expect(pixelsOf([brush('Hair', [1, 0, 0, 0], { image_rotation: -360 })])).toEqual([1, 0, 0, 0])
  })
})

describe('a painting is unusable, with what to do,', () => {
  const good = brush('Eye', [0, 0, 0, 1])

  test.each([
    ['where only hints are drawn', [keyPoint], /interactive hints only/],
    ['where all is on another image', [brush('Eye', [1, 1, 1, 1], { to_name: 'other' })], /"other".*"image"/],
    ['of an unknown label', [good, brush('Tail', [1, 0, 0, 0])], /"r1" is labelled "Tail".*"Hair".*labelAliases/],
    ['of a label that objects have', [brush('constructor', [1, 0, 0, 0])], /"constructor"/],
    ['without label', [brush([], [1, 0, 0, 0])], /"r1" has no label/],
    ['of labels that are numbers', [polygon('x', box(0, 100), { polygonlabels: [3] })], /no texts/],
    ['on an image of another size', [brush('Hair', [1, 0, 0, 0], { original_width: 8 })], /8×1 .*4×1/],
    ['on a turned image', [brush('Hair', [1, 0, 0, 0], { image_rotation: 90 })], /90 degrees/],
    ['of masks whose labels stand apart', [{ id: 'b', type: 'brush', ...shared, value: { rle: [] } }], /BrushLabels/],
    ['of an item that is nothing', [null], /number 1/],
    ['of an item without type', [good, { id: 'x' }], /number 2/],
    ['of a region without value', [{ ...good, value: undefined }], /damaged \(value\)/],
    ['of a region whose value is a list', [{ ...good, value: [] }], /damaged \(value\)/],
    ['of sizes that are texts', [{ ...good, original_height: '1' }], /damaged \(original_height\)/],
    [
      'of a brush mask in another format',
      [brush('Eye', [0, 0, 0, 0], { value: { format: 'x', rle: [], brushlabels: ['Eye'] } })],
      /rle/,
    ],
    [
      'of a brush mask of no bytes',
      [brush('Eye', [0, 0, 0, 0], { value: { rle: [0.5, 300], brushlabels: ['Eye'] } })],
      /rle/,
    ],
    [
      'of a brush mask of another size',
      [brush('Eye', [0, 0, 0, 0], { value: { rle: encodeBrush(new Uint8Array(9), 3, 3), brushlabels: ['Eye'] } })],
      /"r1" holds a brush mask of 9 pixels instead of 4×1/,
    ],
    [
      'of a bitmask of another size',
      [
        {
          ...bitmask('Eye', [1, 1, 1, 1]),
          value: { imageDataURL: encodeBitmask(new Uint8Array(9), 3, 3), bitmasklabels: ['Eye'] },
        },
      ],
      /"r2" holds a bitmask of 3×3 pixels instead of 4×1/,
    ],
    [
      'of a bitmask that is missing',
      [{ ...bitmask('Eye', [0, 0, 0, 0]), value: { imageDataURL: null, bitmasklabels: ['Eye'] } }],
      /imageDataURL/,
    ],
    [
      'of a polygon that is open',
      [polygon('Eye', box(0, 100), { closed: false })],
      /"r3" is a polygon that is not finished/,
    ],
    ['of a polygon of two corners', [polygon('Eye', box(0, 100).slice(2))], /not finished/],
    ['of a polygon of half corners', [polygon('Eye', [[1], [2], [3]])], /pairs of percentages/],
    [
      'of a polygon at infinity',
      [
        polygon('Eye', [
          [0, 0],
          [1e308, 0],
          [0, 1e308],
        ]),
      ],
      /pairs of percentages/,
    ],
    ['of thousands of regions', Array.from({ length: 2001 }, () => good), /2001 regions/],
  ])('%s', (_, result, reason) => {
    expect(decode(result)).toEqual(unusable(reason))
  })

  test('where the configuration has no image', () => {
    expect(decodeResult([good], parseLabelConfig('<View/>'), form)).toEqual(unusable(/no image/))
  })
})
