import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeResult, parseLabelConfig } from '../../../../integrations/label-studio/format/index.ts'
import { countPixels } from '../../../../schemas/labelMap.ts'

/**
 * What a running Label Studio 1.23.2 sent, most of it made in Chromium. Pixel counts come from decoding the same
 * recordings with label_studio_sdk 2.1.2 (brush) and Pillow (bitmask), alpha 128 and more, earlier regions on top.
 */
const recording = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/label-studio/${name}.json`, import.meta.url), 'utf8'))

const Annotation = z.object({ id: z.number(), result: z.array(z.unknown()) })
const Project = z.object({ label_config: z.string() })
const Submission = z.object({ body: z.object({ annotation: Annotation, project: Project }) })
const Bulk = z.object({ body: z.object({ annotation: z.array(Annotation), project: Project }) })
const Export = z.array(z.object({ annotations: z.array(Annotation) }))
const Interactive = z.object({
  body: z.object({
    label_config: z.string(),
    params: z.object({ context: z.object({ result: z.array(z.unknown()) }) }),
  }),
})

const parts = ['background', 'Hair', 'Eye', 'Nose']

function paint(result: readonly unknown[], config: string, width: number, height: number) {
  const painting = decodeResult(result, parseLabelConfig(config), { parts, width, height })
  return painting.kind === 'painted'
    ? { pixels: [...countPixels(painting.labelMap).subarray(0, parts.length)], regions: painting.regions }
    : painting
}

describe('a submission from the editor', () => {
  const submitted = (name: string) => {
    const { annotation, project } = Submission.parse(recording(name)).body
    return paint(annotation.result, project.label_config, 320, 240)
  }

  test('of a prediction as it is counts its regions as untouched', () => {
    expect(submitted('ui_submit_prediction_asis')).toEqual({
      pixels: [67559, 5400, 3841, 0],
      regions: { drawn: 0, changed: 0, untouched: 2 },
    })
  })

  test('of a prediction of which one region was edited counts that one as changed', () => {
    expect(submitted('ui_submit_prediction_edited')).toEqual({
      pixels: [67509, 5450, 3841, 0],
      regions: { drawn: 0, changed: 1, untouched: 1 },
    })
  })

  test('with a drawn, antialiased stroke adds it to its part', () => {
    expect(submitted('ui_submit_drawn_stroke')).toEqual({
      pixels: [66743, 5400, 4657, 0],
      regions: { drawn: 1, changed: 0, untouched: 2 },
    })
  })

  test('with a drawn bitmask holds its pixels', () => {
    expect(submitted('ui_submit_all_kinds')).toEqual({
      pixels: [76800 - 2490, 0, 0, 2490],
      regions: { drawn: 1, changed: 0, untouched: 0 },
    })
  })

  test('of a key point only is refused: it serves as a hint', () => {
    const { label_config, params } = Interactive.parse(recording('predict_interactive_ui')).body
    expect(paint(params.context.result, label_config, 320, 240)).toEqual({
      kind: 'unusable',
      reason: expect.stringMatching(/interactive hints only/),
    })
  })
})

test('an export with overlapping and repeated regions, sent by a program, gives pixels to the first region', () => {
  const [annotation] = Export.parse(recording('export_json'))[0]?.annotations ?? []
  const { label_config } = Submission.parse(recording('ui_submit_drawn_stroke')).body.project
  expect(paint(annotation?.result ?? [], label_config, 64, 48)).toEqual({
    pixels: [2186, 630, 256, 0],
    regions: { drawn: 3, changed: 0, untouched: 0 },
  })
})

describe('annotations that the server made of predictions, good and bad ones', () => {
  const { annotation, project } = Bulk.parse(recording('webhook_ANNOTATIONS_CREATED')).body
  const painted = (id: number) =>
    paint(annotation.find((one) => one.id === id)?.result ?? [], project.label_config, 64, 48)
  const whole = { pixels: [2472, 600, 0, 0], regions: { drawn: 0, changed: 0, untouched: 1 } }

  test('have regions without origin, but with a score: nobody touched them', () => {
    expect(painted(3)).toEqual(whole)
  })

  test.each([
    [6, 'of a control that there is not'],
    [9, 'of two labels: the first one counts'],
    [12, 'without format'],
    [15, 'without id'],
    [17, 'without rotation'],
    [18, 'with a score above 1'],
  ])('can be used: %i, %s', (id) => {
    expect(painted(id)).toEqual(whole)
  })

  test.each([
    [5, /"a1" is labelled "Nope".*labelAliases/],
    [7, /"xx"/],
    [8, /"a1" has no label/],
    [10, /"a1" has no label/],
    [11, /"a1" has no label/],
    [13, /"a1" has no brush mask/],
    [14, /"a1" is a brush mask of 3 bytes/],
    [16, /"a1" is damaged \(original_width\)/],
  ])('are unusable with the reason: %i', (id, reason) => {
    expect(painted(id)).toEqual({ kind: 'unusable', reason: expect.stringMatching(reason) })
  })

  test('may be empty', () => {
    expect(painted(25)).toEqual({ kind: 'empty' })
  })
})
