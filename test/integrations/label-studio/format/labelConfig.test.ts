import { describe, expect, test } from 'vitest'
import { LabelConfigError, parseLabelConfig } from '../../../../integrations/label-studio/format/index.ts'

const image = '<Image name="image" value="$image"/>'
const codes = (xml: string) => parseLabelConfig(xml).notices.map(({ code }) => code)
const labelsOf = (xml: string) => parseLabelConfig(xml).controls.flatMap(({ labels }) => labels)

describe('a label configuration', () => {
  test('of all kinds, as the server stores it, is read in its order', () => {
    const config = parseLabelConfig(
      `<View>${image}<BrushLabels name="part" toName="image"><Label value="Hair" background="#ff0000"/><Label value="Eye" ` +
        'background="#0000ff"/></BrushLabels><BitmaskLabels name="bm" toName="image"><Label value="Nose" ' +
        'background="#00aa00"/></BitmaskLabels><PolygonLabels name="poly" toName="image"><Label value="Ear" ' +
        'background="#aa00aa"/></PolygonLabels><KeyPointLabels name="kp" toName="image" smart="true"><Label value="Pt" ' +
        'background="#ffff00"/></KeyPointLabels><RectangleLabels name="box" toName="image"/></View>',
    )
    expect(config).toEqual({
      image: { name: 'image', field: 'image' },
      controls: [
        {
          name: 'part',
          toName: ['image'],
          kind: 'brush',
          labels: [
            { name: 'Hair', color: '#ff0000' },
            { name: 'Eye', color: '#0000ff' },
          ],
        },
        { name: 'bm', toName: ['image'], kind: 'bitmask', labels: [{ name: 'Nose', color: '#00aa00' }] },
        { name: 'poly', toName: ['image'], kind: 'polygon', labels: [{ name: 'Ear', color: '#aa00aa' }] },
        { name: 'kp', toName: ['image'], kind: 'keypoint', labels: [{ name: 'Pt', color: '#ffff00' }] },
        { name: 'box', toName: ['image'], kind: 'rectangle', labels: [] },
      ],
      notices: [],
    })
  })

  test('may nest views, also around labels, and use any case', () => {
    const config = parseLabelConfig(
      '<?xml version="1.0"?><!-- parts --><view><VIEW><image NAME="img" VALUE="$photo"/></VIEW>text<View><brushlabels ' +
        'name="b" toname="img"><View><Header value="Face"/><label value="eye" hotkey="1"/></View></brushlabels></View></view>',
    )
    expect(config.image).toEqual({ name: 'img', field: 'photo' })
    expect(config.controls).toEqual([
      { name: 'b', toName: ['img'], kind: 'brush', labels: [{ name: 'eye', color: undefined }] },
    ])
  })

  test('binds controls to several images by commas, and to the only image where they name none', () => {
    const two = parseLabelConfig(
      '<View><Image name="a" value="$a"/><Image name="b" value="$b"/><BrushLabels name="x" toName="a, b"><Label value="l"/>' +
        '</BrushLabels></View>',
    )
    expect(two.controls[0]?.toName).toEqual(['a', 'b'])
    const one = parseLabelConfig(`<View>${image}<BrushLabels name="x"><Label value="l"/></BrushLabels></View>`)
    expect(one.controls[0]?.toName).toEqual(['image'])
  })

  test('of several images takes the one with labels to paint, and says so', () => {
    const xml =
      '<View><Image name="a" value="$a"/><Image name="b" value="$b"/><RectangleLabels name="r" toName="a"><Label value="l"/>' +
      '</RectangleLabels><BrushLabels name="x" toName="b"><Label value="l"/></BrushLabels></View>'
    expect(parseLabelConfig(xml).image).toEqual({ name: 'b', field: 'b' })
    expect(codes(xml)).toEqual(['label-config-several-images'])
  })

  test('names labels by their alias, which is what results hold, and remembers their value', () => {
    expect(
      labelsOf(
        `<View>${image}<BrushLabels name="x" toName="image"><Label alias="eye" value="The eye"/></BrushLabels></View>`,
      ),
    ).toEqual([{ name: 'eye', value: 'The eye', color: undefined }])
  })

  test('decodes entities and numbered characters in names, once', () => {
    const [label] = labelsOf(
      `<View>${image}<BrushLabels name="x"><Label value="A &amp; &quot;B&quot; &lt;&#233;&#xE9;&gt; &amp;amp;"/></BrushLabels></View>`,
    )
    expect(label?.name).toBe('A & "B" <éé> &amp;')
  })

  test('keeps the first of equal labels and explains the others', () => {
    const xml =
      `<View>${image}<BrushLabels name="x"><Label value="a" background="red"/><Label value="a" background="blue"/>` +
      '</BrushLabels></View>'
    expect(labelsOf(xml)).toEqual([{ name: 'a', color: '#ff0000' }])
    expect(codes(xml)).toEqual(['label-config-duplicate-labels'])
  })

  test('takes names as paths, and leaves out those with empty steps', () => {
    const labels = ['head/eye', 'a//b', '/a', 'a/', '', ' ', '$label', 'a/ /b'].map(
      (name) => `<Label value="${name}"/>`,
    )
    const xml = `<View>${image}<BrushLabels name="x">${labels.join('')}</BrushLabels></View>`
    expect(labelsOf(xml).map(({ name }) => name)).toEqual(['head/eye'])
    const { notices } = parseLabelConfig(xml)
    expect(notices.map(({ code }) => code)).toEqual(['label-config-unusable-labels'])
    for (const name of ['"a//b"', '"/a"', '"a/"', '"$label"']) expect(notices[0]?.message).toContain(name)
  })

  test.each([
    [`${image}<BrushLabels name="x" value="$labels"/>`, 'label-config-dynamic-labels'],
    [`${image}<Brush name="x" toName="image"/><Labels name="l" toName="image"/>`, 'label-config-other-tools'],
    [`${image}<EllipseLabels name="x" toName="image"/>`, 'label-config-other-tools'],
    [`${image}<Repeater on="$all"><BrushLabels name="x{{idx}}"/></Repeater>`, 'label-config-repeater'],
    [`${image}<BrushLabels toName="image"><Label value="a"/></BrushLabels>`, 'label-config-unnamed-control'],
    ['<Image name="image" value="https://example.org/a.png"/>', 'label-config-image-value'],
    ['<Image name="image" valueList="$pages"/>', 'label-config-image-value'],
    ['<Image name="image" value="$a.b"/>', 'label-config-image-value'],
    ['<Image value="$image"/>', 'label-config-image-value'],
    ['<Image name="image" value="$sample"/>', 'label-config-field-taken'],
  ])('explains %s', (inside, code) => {
    expect(codes(`<View>${inside}</View>`)).toEqual([code])
  })

  test('explains hundreds of bad names in a message that a notice can hold', () => {
    const labels = Array.from({ length: 500 }, (_, index) => `<Label value="//${'x'.repeat(300)}${index}"/>`)
    const [notice] = parseLabelConfig(
      `<View>${image}<BrushLabels name="x">${labels.join('')}</BrushLabels></View>`,
    ).notices
    expect(notice?.message.length).toBeLessThanOrEqual(2000)
  })
})

describe('what is no label configuration is refused:', () => {
  test.each([
    ['nothing', ' ', /empty/],
    ['text', 'hello', /well-formed/],
    ['an open tag', '<View>', /well-formed/],
    ['a doubled attribute', '<View a="1" a="2"/>', /well-formed/],
    ['two outermost tags', '<View/><View/>', /one outermost tag/],
    ['a document type', '<!DOCTYPE v [<!ENTITY a "b">]><View a="&a;"/>', /document type/],
    ['an unknown entity', '<View><Image name="&nbsp;" value="$i"/></View>', /&nbsp;/],
    ['a bare ampersand', '<View><Image name="a & b" value="$i"/></View>', /&amp;/],
    ['a character that is none', '<View><Image name="&#0;" value="$i"/></View>', /means nothing/],
    ['half a character', '<View><Image name="&#xD800;" value="$i"/></View>', /means nothing/],
    ['an attribute that reaches into objects', '<View __proto__="x"/>', /well-formed/],
    ['a tag that reaches into objects', '<View><constructor/></View>', /well-formed/],
    ['a tag in a tag in a tag …', '<View>'.repeat(70) + '</View>'.repeat(70), /well-formed/],
    ['a megabyte', `<View>${' '.repeat(2 ** 20)}</View>`, /characters long/],
  ])('%s', (_, xml, message) => {
    expect(() => parseLabelConfig(xml)).toThrow(LabelConfigError)
    expect(() => parseLabelConfig(xml)).toThrow(message)
  })
})
