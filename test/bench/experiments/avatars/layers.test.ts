import { describe, expect, test } from 'vitest'
import { cutLayers, DrawingError, paintLayer } from '../../../../bench/experiments/avatars/layers.ts'

describe('cutLayers', () => {
  const groups = new Map([
    ['<g id="eyes">', 5],
    ['<g id="glasses">', 9],
  ])

  test('gives each piece the part of the innermost named group', () => {
    const svg = '<path/><g id="eyes"><g fill="x"><b/></g><g id="glasses"><c/></g><d/></g><e/>'
    const layers = cutLayers(svg, groups, 1)
    expect(layers).toEqual([
      { svg: '<path/>', part: 1 },
      { svg: '<g id="eyes"><g fill="x"><b/></g>', part: 5 },
      { svg: '<g id="glasses"><c/></g>', part: 9 },
      { svg: '<d/></g>', part: 5 },
      { svg: '<e/>', part: 1 },
    ])
    expect(layers.map((layer) => layer.svg).join('')).toBe(svg)
  })

  test('is not led astray by empty groups and by elements whose name begins with g', () => {
    const svg = '<g id="eyes"><g/><glyph></glyph><a/></g><g id="glasses"></g>'
    expect(cutLayers(svg, groups, 1).map(({ part }) => part)).toEqual([5, 9])
  })

  test.each([
    ['a group is missing', '<g id="eyes"></g>', 'lacks <g id="glasses">'],
    ['a group is there twice', '<g id="eyes"></g><g id="eyes"></g><g id="glasses"></g>', 'twice'],
    ['a group is left open', '<g id="eyes"></g><g id="glasses">', '1 groups open'],
    ['a group is closed that was not opened', '</g></g>', 'did not open'],
  ])('refuses a drawing in which %s', (_, svg, message) => {
    expect(() => cutLayers(svg, groups, 1)).toThrow(DrawingError)
    expect(() => cutLayers(svg, groups, 1)).toThrow(message)
  })
})

describe('paintLayer', () => {
  test('gives fills, strokes and gradients one opaque colour', () => {
    const svg =
      '<path d="M0 0" fill="#fff" fill-opacity=".5" opacity=".2" style="mix-blend-mode:screen"/>' +
      '<path stroke="#000" stroke-width="4" stroke-opacity=".1" fill="none"/><path fill="url(#a)"/>'
    expect(paintLayer(svg, '#141414')).toBe(
      '<path d="M0 0" fill="#141414"/>' + '<path stroke="#141414" stroke-width="4" fill="none"/><path fill="#141414"/>',
    )
  })

  test('leaves what masks cut away as it is', () => {
    const mask = '<mask id="m"><path fill="#fff"/></mask>'
    expect(paintLayer(`<path fill="red"/>${mask}<g mask="url(#m)" fill="red">`, '#282828')).toBe(
      `<path fill="#282828"/>${mask}<g mask="url(#m)" fill="#282828">`,
    )
  })
})
