import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import {
  choosePaintingControl,
  createLabelConfig,
  explainLabelConfig,
  LabelConfigError,
  paintingPreference,
  parseLabelConfig,
} from '../../../../integrations/label-studio/format/index.ts'

const hostile = [
  'A & B',
  '<Label value="x"/>',
  '"quoted"',
  "it's",
  'é 目 🙂',
  'tab\there',
  'line\nend',
  ' padded ',
  '&amp;',
  ']]>',
]

describe('a new label configuration', () => {
  test.each(paintingPreference)('for %s says, when parsed, what it was made of', (kind) => {
    const labels = [
      { name: 'head/eye', color: '#ff0000' },
      ...hostile.map((name) => ({ name, color: undefined })),
      ...Array.from({ length: 60 }, (_, index) => ({ name: `part ${index}`, color: `#0000${10 + index}` })),
    ]
    const xml = createLabelConfig({ labels, kind })
    expect(XMLValidator.validate(xml)).toBe(true)
    const config = parseLabelConfig(xml)
    expect(config.image).toEqual({ name: 'image', field: 'image' })
    expect(config.controls).toEqual([{ name: 'part', toName: ['image'], kind, labels }])
    expect(explainLabelConfig(config)).toEqual([])
    expect(choosePaintingControl(config)?.kind).toBe(kind)
  })

  test.each(paintingPreference)('for %s has smart tools with the same labels on wish, and paints as before', (kind) => {
    const labels = [
      { name: 'head/eye', color: '#ff0000' },
      { name: 'A & "B"', color: undefined },
    ]
    const xml = createLabelConfig({ labels, kind, smartTools: true })
    expect(XMLValidator.validate(xml)).toBe(true)
    const config = parseLabelConfig(xml)
    expect(config.controls).toEqual([
      { name: 'part', toName: ['image'], kind, labels },
      { name: 'point', toName: ['image'], kind: 'keypoint', labels },
      { name: 'box', toName: ['image'], kind: 'rectangle', labels },
    ])
    expect(explainLabelConfig(config)).toEqual([])
    expect(choosePaintingControl(config)?.name).toBe('part')
    for (const tag of ['KeyPointLabels name="point"', 'RectangleLabels name="box"']) {
      expect(xml).toContain(`<${tag} toName="image" smart="true" smartOnly="true">`)
    }
    expect(createLabelConfig({ labels, kind, smartTools: false })).toBe(createLabelConfig({ labels, kind }))
    expect(createLabelConfig({ labels, kind })).not.toMatch(/smart/)
  })

  test.each([
    ['no labels', []],
    ['a label twice', ['a', 'a']],
    ['an empty step', ['a//b']],
    ['no name', ['']],
    ['a name from the data', ['$name']],
    ['a character that XML cannot hold', ['bell\u0007']],
    ['half a character', ['\ud800']],
  ])('is refused with %s', (_, names) => {
    const labels = names.map((name) => ({ name, color: undefined }))
    expect(() => createLabelConfig({ labels, kind: 'brush' })).toThrow(LabelConfigError)
  })
})
