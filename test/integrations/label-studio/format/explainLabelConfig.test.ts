import { describe, expect, test } from 'vitest'
import {
  choosePaintingControl,
  explainLabelConfig,
  paintableLabels,
  paintingPreference,
  parseLabelConfig,
} from '../../../../integrations/label-studio/format/index.ts'
import { Notice } from '../../../../schemas/notice.ts'

const image = '<Image name="image" value="$image"/>'
const control = (tag: string, name: string, labels: readonly string[], toName = 'image') =>
  `<${tag} name="${name}" toName="${toName}">${labels.map((label) => `<Label value="${label}"/>`).join('')}</${tag}>`
const parse = (...inside: string[]) => parseLabelConfig(`<View>${inside.join('')}</View>`)
const explain = (...inside: string[]) => explainLabelConfig(parse(...inside))

describe('what is missing is explained:', () => {
  test('nothing, where labels can be painted', () => {
    expect(explain(image, control('BrushLabels', 'part', ['Hair']))).toEqual([])
  })

  test.each([
    ['no image', ['<Text name="t" value="$t"/>'], 'no-image', /<Image name="image"/],
    ['an image without a field, once', ['<Image name="i" value="x.png"/>'], 'image-value', /value="\$image"/],
    ['nothing to paint with', [image, '<Choices name="c" toName="image"/>'], 'no-painting', /toName/],
    ['key points only', [image, control('KeyPointLabels', 'kp', ['Eye'])], 'no-painting', /interactive hints only/],
    ['rectangles only', [image, control('RectangleLabels', 'r', ['Eye'])], 'no-painting', /interactive hints only/],
    ['labels for another tag', [image, control('BrushLabels', 'p', ['Eye'], 'video')], 'no-painting', /"image"/],
    ['no labels', [image, control('BrushLabels', 'part', [])], 'no-labels', /<Label value=/],
    [
      'more labels than ids',
      [
        image,
        control(
          'BrushLabels',
          'part',
          Array.from({ length: 256 }, (_, label) => `l${label}`),
        ),
      ],
      'too-many-labels',
      /256 labels/,
    ],
    [
      'labels that predictions leave out',
      [image, control('BrushLabels', 'part', ['Hair', 'Eye']), control('PolygonLabels', 'poly', ['Ear', 'Eye'])],
      'several-controls',
      /"part" and leave out "Ear",/,
    ],
  ])('%s', (_, inside, matter, message) => {
    const notices = explain(...inside)
    expect(notices.map(({ code }) => code)).toEqual([`label-config-${matter}`])
    expect(notices[0]?.message).toMatch(message)
    expect(() => Notice.parse(notices[0])).not.toThrow()
  })

  test('each matter once, however often it occurs', () => {
    const notices = explain('<Image name="a" value="a"/><Image name="b" value="b"/>')
    expect(notices.map(({ code }) => code)).toEqual(['label-config-image-value'])
  })
})

describe('predictions are written', () => {
  const chosen = (...inside: string[]) => choosePaintingControl(parse(image, ...inside))?.name

  test('in the control with most labels, hints aside', () => {
    expect(
      chosen(
        control('KeyPointLabels', 'hints', ['a', 'b', 'c']),
        control('BrushLabels', 'brush', ['a']),
        control('PolygonLabels', 'polygon', ['a', 'b']),
      ),
    ).toBe('polygon')
  })

  test('of equal ones in the kind that is preferred, whatever stands first', () => {
    const tags = { brush: 'BrushLabels', bitmask: 'BitmaskLabels', polygon: 'PolygonLabels' }
    const controls = paintingPreference.map((kind) => control(tags[kind], kind, ['a']))
    expect(chosen(...controls)).toBe(paintingPreference[0])
    expect(chosen(...controls.toReversed())).toBe(paintingPreference[0])
    expect(chosen(...controls.slice(1).toReversed())).toBe(paintingPreference[1])
  })

  test('nowhere, where there is no label, or only labels of other images', () => {
    expect(chosen(control('BrushLabels', 'part', []))).toBeUndefined()
    expect(chosen(control('BrushLabels', 'part', ['a'], 'video'))).toBeUndefined()
  })
})

test('the labels that can be painted are those of all painting controls of the image, each once', () => {
  const config = parse(
    image,
    control('BrushLabels', 'part', ['Hair', 'Eye']),
    control('KeyPointLabels', 'kp', ['Point']),
    control('PolygonLabels', 'poly', ['Eye', 'Ear']),
    control('BrushLabels', 'other', ['Wheel'], 'video'),
  )
  expect(paintableLabels(config).map(({ name }) => name)).toEqual(['Hair', 'Eye', 'Ear'])
})
