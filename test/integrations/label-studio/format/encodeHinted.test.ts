import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  createLabelConfig,
  decodeResult,
  encodeHinted,
  encodeResult,
  LabelConfigError,
  paintingPreference,
  parseLabelConfig,
} from '../../../../integrations/label-studio/format/index.ts'
import { LabelMapError } from '../../../../schemas/labelMap.ts'
import { labelMapOf } from './labelMaps.ts'

const names = ['background', 'Hair', 'Eye', 'Nose']
const configOf = (kind: (typeof paintingPreference)[number], labels = names.slice(1)) =>
  parseLabelConfig(
    createLabelConfig({ labels: labels.map((name) => ({ name, color: undefined })), kind, smartTools: true }),
  )
const eye = labelMapOf('00000', '02200', '02200', '00000')
const form = { parts: names, width: 5, height: 4 }

const Regions = z.array(z.record(z.string(), z.unknown()))
const Answer = z.object({ data: z.object({ result: Regions }) })

describe.each(paintingPreference)('an answer to a hint in %s', (kind) => {
  test('is what was meant and nothing else, though the background is a label', () => {
    for (const labels of [names, names.slice(1)]) {
      const config = configOf(kind, labels)
      const regions = encodeHinted({ labelMap: eye, score: 0.5 }, config, form, 'gnDLGpKNWX')
      expect(regions.map(({ type, value }) => value[type])).toEqual([['Eye']])
      expect(decodeResult(regions, config, form)).toMatchObject({ kind: 'painted', labelMap: eye })
    }
  })

  test('is named after the hint, so that it takes the place of no region that is there', () => {
    const config = configOf(kind)
    const there = encodeResult({ labelMap: eye, score: 0.5 }, config, form)
    const first = encodeHinted({ labelMap: eye, score: 0.5 }, config, form, 'gnDLGpKNWX')
    const second = encodeHinted({ labelMap: eye, score: 0.5 }, config, form, 'k')
    const ids = [...there, ...first, ...second].map(({ id }) => id)
    expect(new Set(ids).size).toBe(3)
    // The editor cuts an id at the first #.
    for (const id of ids) expect(id).toMatch(/^[\w-]+$/)
  })
})

test('an answer to a hint has the fields of one that a server handed on to its editor', () => {
  const file = new URL('../../../fixtures/label-studio/interactive_response.json', import.meta.url)
  const [theirs] = Answer.parse(JSON.parse(readFileSync(file, 'utf8'))).data.result
  const [ours] = encodeHinted({ labelMap: eye, score: 0.5 }, configOf('brush'), form, 'k')
  expect(Object.keys(ours ?? {}).sort()).toEqual(Object.keys(theirs ?? {}).sort())
  const value = z.record(z.string(), z.unknown())
  expect(Object.keys(ours?.value ?? {}).sort()).toEqual(Object.keys(value.parse(theirs?.value)).sort())
})

test('an answer to a hint that means nothing has no regions', () => {
  const labelMap = labelMapOf('00000', '00000', '00000', '00000')
  expect(encodeHinted({ labelMap, score: 1 }, configOf('brush', names), form, 'k')).toEqual([])
})

test('a label map that does not fit, and a configuration without labels, are refused', () => {
  const other = labelMapOf('0')
  expect(() => encodeHinted({ labelMap: other, score: 1 }, configOf('brush'), form, 'k')).toThrow(LabelMapError)
  expect(() => encodeHinted({ labelMap: eye, score: 1 }, parseLabelConfig('<View/>'), form, 'k')).toThrow(
    LabelConfigError,
  )
})
