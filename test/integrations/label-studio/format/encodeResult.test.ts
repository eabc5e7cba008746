import { describe, expect, test } from 'vitest'
import {
  createLabelConfig,
  decodeResult,
  encodeResult,
  isEmptyPrediction,
  LabelConfigError,
  paintingPreference,
  parseLabelConfig,
} from '../../../../integrations/label-studio/format/index.ts'
import { LabelMapError } from '../../../../schemas/labelMap.ts'
import { labelMapOf, noise, shapes } from './labelMaps.ts'

const partNames = (count: number) =>
  Array.from({ length: count }, (_, part) => (part === 0 ? 'background' : `part/${part}`))
const configOf = (names: readonly string[], kind: (typeof paintingPreference)[number]) =>
  parseLabelConfig(createLabelConfig({ labels: names.map((name) => ({ name, color: undefined })), kind }))

describe.each(paintingPreference)('a prediction in %s', (kind) => {
  test('comes back as the same label map, up to 60 parts', () => {
    for (let seed = 0; seed < 24; seed += 1) {
      const count = seed % 4 === 0 ? 61 : 2 + (seed % 7)
      const [width, height] = [16 + ((seed * 13) % 50), 16 + ((seed * 29) % 50)]
      const labelMap = seed % 3 === 0 ? noise(seed, width, height, count) : shapes(seed, width, height, count, 80)
      const form = { parts: partNames(count), width, height }
      // In every other configuration the background is a label, too.
      const config = configOf(form.parts.slice(seed % 2), kind)
      const regions = JSON.parse(JSON.stringify(encodeResult({ labelMap, score: 0.25 }, config, form)))
      expect(decodeResult(regions, config, form)).toEqual({
        kind: 'painted',
        labelMap,
        regions: { drawn: 0, changed: 0, untouched: regions.length },
      })
    }
  })

  test('has what the server asks for, and the same ids each time', () => {
    const labelMap = shapes(4, 40, 30, 5, 60)
    const form = { parts: partNames(5), width: 40, height: 30 }
    const config = configOf(form.parts.slice(1), kind)
    const regions = encodeResult({ labelMap, score: 0.75 }, config, form)
    expect(new Set(regions.map(({ id }) => id)).size).toBe(regions.length)
    expect(encodeResult({ labelMap, score: 0.75 }, config, form)).toEqual(regions)
    for (const { value, ...region } of regions) {
      expect(region).toEqual({
        id: expect.any(String),
        from_name: 'part',
        to_name: 'image',
        type: `${kind}labels`,
        original_width: 40,
        original_height: 30,
        image_rotation: 0,
        score: 0.75,
      })
      expect(value).toHaveProperty(`${kind}labels`, [expect.stringMatching(/^part\/[1-4]$/)])
    }
  })
})

const small = { parts: ['background', 'a', 'b', 'c'], width: 4, height: 2 }
const labelMap = labelMapOf('1112', '1000')

describe('a prediction', () => {
  test('has small parts first, which the editor draws on top', () => {
    const regions = encodeResult({ labelMap, score: 1 }, configOf(['a', 'b'], 'brush'), small)
    expect(regions.map(({ value }) => value.brushlabels)).toEqual([['b'], ['a']])
  })

  test('leaves the background out, unless it is a label', () => {
    const regions = encodeResult({ labelMap, score: 1 }, configOf(['background', 'a', 'b'], 'bitmask'), small)
    expect(regions.map(({ value }) => value.bitmasklabels)).toEqual([['b'], ['background'], ['a']])
  })

  test('leaves out parts that the chosen control has no label for', () => {
    const config = parseLabelConfig(
      '<View><Image name="image" value="$image"/><BrushLabels name="x" toName="image"><Label value="b"/></BrushLabels>' +
        '<PolygonLabels name="y" toName="image"><Label value="a"/><Label value="c"/></PolygonLabels></View>',
    )
    const regions = encodeResult({ labelMap, score: 1 }, config, small)
    expect(regions.map(({ from_name, value }) => [from_name, value.polygonlabels])).toEqual([['y', ['a']]])
  })

  test.each([
    [1.5, 1],
    [-0.5, 0],
    [0.5, 0.5],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 1],
  ])('of score %d says %d', (score, said) => {
    const [region] = encodeResult({ labelMap, score }, configOf(['a'], 'brush'), small)
    expect(region?.score).toBe(said)
  })

  test('is empty where only the background is there', () => {
    const nothing = labelMapOf('0000', '0000')
    expect(isEmptyPrediction(encodeResult({ labelMap: nothing, score: 1 }, configOf(['a'], 'polygon'), small))).toBe(
      true,
    )
    expect(isEmptyPrediction(encodeResult({ labelMap, score: 1 }, configOf(['a'], 'polygon'), small))).toBe(false)
  })

  test('is refused where it does not fit, or nothing can be painted', () => {
    const config = configOf(['a'], 'brush')
    expect(() => encodeResult({ labelMap: labelMapOf('11', '11'), score: 1 }, config, small)).toThrow(LabelMapError)
    expect(() => encodeResult({ labelMap: labelMapOf('1119', '1000'), score: 1 }, config, small)).toThrow(LabelMapError)
    expect(() => encodeResult({ labelMap, score: 1 }, parseLabelConfig('<View/>'), small)).toThrow(LabelConfigError)
  })
})
