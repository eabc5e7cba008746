import { describe, expect, test } from 'vitest'
import {
  findNode,
  mergeAtLevel,
  PartonomyError,
  type PartonomyNode,
  partonomyDepth,
  partonomyTree,
} from '../../../functions/factory/partonomy.ts'
import { LabelList } from '../../../schemas/labels.ts'

const labelList = (...names: string[]): LabelList =>
  LabelList.parse({
    parts: names.map((name, id) => ({ id, name, color: `#0000${id.toString(16).padStart(2, '0')}` })),
    truncation: 0.7,
  })

const avatars = labelList('background', 'person/skin', 'person/face/eyes', 'worn/hat', 'person/face/mouth')

const outline = (nodes: readonly PartonomyNode[]): unknown[] =>
  nodes.map((node) => (node.children.length === 0 ? node.name : [node.name, ...outline(node.children)]))

describe('the tree of part names', () => {
  test('groups parts by the steps of their path, in the order in which the list first names them', () => {
    expect(outline(partonomyTree(avatars))).toEqual([
      'background',
      ['person', 'skin', ['face', 'eyes', 'mouth']],
      ['worn', 'hat'],
    ])
  })

  test('a grouping step has no part of its own, and knows the parts below it', () => {
    const person = findNode(partonomyTree(avatars), 'person')
    expect(person.part).toBeNull()
    expect(person.partIds).toEqual([1, 2, 4])
  })

  test('a path that is both a part and the way to others keeps its part', () => {
    const head = findNode(partonomyTree(labelList('background', 'head/ear', 'head')), 'head')
    expect(head.part?.id).toBe(2)
    expect(head.partIds).toEqual([1, 2])
    expect(outline(head.children)).toEqual(['ear'])
  })

  test('every part is found under its own name', () => {
    const tree = partonomyTree(avatars)
    for (const part of avatars.parts) expect(findNode(tree, part.name).part).toEqual(part)
  })

  test('a path that does not exist is refused, with what stands in its place', () => {
    expect(() => findNode(partonomyTree(avatars), 'person/face/nose')).toThrow(PartonomyError)
    expect(() => findNode(partonomyTree(avatars), 'person/face/nose')).toThrow('person/face/eyes, person/face/mouth')
    expect(() => findNode(partonomyTree(avatars), 'pers')).toThrow('person')
  })

  test('a name that begins like another is no child of it', () => {
    expect(outline(partonomyTree(labelList('background', 'eye', 'eyebrow')))).toEqual(['background', 'eye', 'eyebrow'])
  })
})

describe('merging at a level', () => {
  test('level 1 keeps the first step', () => {
    const { labelList: merged, mapping } = mergeAtLevel(avatars, 1)
    expect(merged.parts.map((part) => part.name)).toEqual(['background', 'person', 'worn'])
    expect([...mapping]).toEqual([0, 1, 1, 2, 1])
  })

  test('level 2 keeps parts that are that short as they are', () => {
    const { labelList: merged, mapping } = mergeAtLevel(avatars, 2)
    expect(merged.parts.map((part) => part.name)).toEqual(['background', 'person/skin', 'person/face', 'worn/hat'])
    expect([...mapping]).toEqual([0, 1, 2, 3, 2])
  })

  test('at the depth of the list, and below it, nothing changes', () => {
    expect(partonomyDepth(avatars)).toBe(3)
    for (const level of [3, 4, 100]) {
      expect(mergeAtLevel(avatars, level)).toEqual({ labelList: avatars, mapping: Uint8Array.of(0, 1, 2, 3, 4) })
    }
  })

  test('a merged part takes the colour of the part of its own path, or else of its first part', () => {
    const { parts } = mergeAtLevel(labelList('background', 'head/ear', 'head', 'worn/hat', 'worn/tie'), 1).labelList
    expect(parts.map((part) => part.color)).toEqual(['#000000', '#000002', '#000003'])
  })

  test('the result is a label list again, with the same truncation', () => {
    const merged = mergeAtLevel(avatars, 1).labelList
    expect(LabelList.parse(merged)).toEqual(merged)
    expect(merged.truncation).toBe(0.7)
  })

  test('the background never merges into another part', () => {
    const { labelList: merged, mapping } = mergeAtLevel(labelList('scene/background', 'scene/tree', 'scene/house'), 1)
    expect(merged.parts.map((part) => part.name)).toEqual(['scene/background', 'scene'])
    expect([...mapping]).toEqual([0, 1, 1])
  })

  test('parts of the background merge into it', () => {
    const { mapping } = mergeAtLevel(labelList('background', 'background/sky', 'tree'), 1)
    expect([...mapping]).toEqual([0, 0, 1])
  })

  test('a level at which only the background is left is refused', () => {
    expect(() => mergeAtLevel(labelList('background', 'background/sky'), 1)).toThrow('choose a level up to 2')
  })

  test.each([0, -1, 1.5, Number.NaN])('level %s is refused', (level) => {
    expect(() => mergeAtLevel(avatars, level)).toThrow(PartonomyError)
  })

  test('256 parts, the most there can be, keep their ids', () => {
    const names = Array.from({ length: 256 }, (_, id) => `part ${id}`)
    const { mapping } = mergeAtLevel(labelList(...names), 1)
    expect(mapping[255]).toBe(255)
  })
})
