import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { renderReport } from '../../../../functions/factory/report/index.ts'
import type { ReportData } from '../../../../schemas/report.ts'
import { reportOfPaintings } from './reportOfPaintings.ts'

const seeds = new URL('../../../../models/avatars/seeds/', import.meta.url)
const report = await reportOfPaintings(seeds, [100, 101, 102])
const changed = (changes: Partial<ReportData>): Promise<string> => renderReport({ ...report, ...changes })
/** The page's text as a person reads it, roughly: without tags, white space folded. */
const text = (page: string): string =>
  page
    .replace(/<(style|script)>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')

describe('the report page', () => {
  test('says in its heading what came of what', async () => {
    expect(text(await renderReport(report))).toContain('3 painted images became 450 labelled ones.')
  })

  test('is the same to the byte for the same data', async () => {
    expect(await renderReport(report)).toBe(await renderReport(report))
  })

  test('names no address but its own parts, its data, and what lies beside it', async () => {
    const page = await renderReport(report)
    const addresses = [...page.matchAll(/\s(?:src|href|action|data)="([^"]*)"/g)].map((match) => match[1] ?? '')
    expect(addresses.length).toBeGreaterThan(100)
    for (const address of addresses) expect(address.slice(0, 40)).toMatch(/^(#|data:|dataset\/$|factory\.onnx$)/)
    expect(page.match(/url\(|@import/g)?.filter((match) => match !== 'url(') ?? []).toEqual([])
  })

  test('allows, in its policy, its own script and no other', async () => {
    const page = await renderReport(report)
    const script = /<script>(.*)<\/script>/s.exec(page)?.[1] ?? ''
    expect(script.length).toBeGreaterThan(1000)
    expect(page).toContain(`script-src &#39;sha256-${createHash('sha256').update(script).digest('base64')}&#39;`)
  })

  test('escapes names and words that come from outside', async () => {
    const attack = '<img src=x onerror=alert(1)>"\''
    const page = await changed({
      title: attack,
      labelList: {
        ...report.labelList,
        parts: report.labelList.parts.map((part) => (part.id === 1 ? { ...part, name: `a${attack}` } : part)),
      },
      painting: { ...report.painting, minimumPixels: 1e9 },
      gallery: report.gallery.map((sample) => ({ ...sample, command: attack })),
    })
    expect(page).not.toContain('<img src=x')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;')
  })

  test('names the definition beside every mean IoU', async () => {
    const page = text(await renderReport(report))
    expect(page).toContain('0.720 absent parts left out; leave-one-image-out over the seeds')
    expect(page).toContain('mIoU, absent parts left out mIoU, absent part = 0')
  })

  test('points out the parts with too few pixels, least first', async () => {
    const page = text(await changed({ painting: { minimumPixels: 100_000, nextSeeds: [] } }))
    expect(page).toMatch(/11 parts of 11 had fewer than 100,000 painted pixels/)
    expect(text(await changed({ painting: { minimumPixels: 0, nextSeeds: [] } }))).toContain(
      'Every part has 0 painted pixels or more.',
    )
  })

  test('does without evaluation, training, dropped images and a gallery', async () => {
    const page = await changed({
      totals: { ...report.totals, kept: 500, dropped: 0 },
      evaluation: null,
      training: [],
      dropped: [],
      gallery: [],
      seedSamples: [],
      phases: [],
      machine: [],
      generator: [],
      labeler: [],
      links: [],
      uncertainty: { ...report.uncertainty, scores: [], threshold: null },
      painting: { minimumPixels: 0, nextSeeds: [] },
      parts: report.parts.map((part) => ({ ...part, iou: null })),
    })
    expect(text(page)).toContain('None was dropped.')
    expect(page).not.toContain('href="#training"')
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/)
  })

  const segmenter = {
    miou: 0.8125,
    parts: report.parts.map(({ id }) => ({ id, name: `part ${id}`, iou: id === 8 ? null : id / 16 })),
    facts: [{ name: 'Network', value: 'DeepLab-V3' }],
  }

  test('tells how well the segmenter finds each part, where there is one', async () => {
    const page = await changed({ segmenter })
    expect(page).toContain('href="#segmenter"')
    expect(text(page)).toMatch(/held out it reaches a mean IoU of 0\.813/)
    expect(text(page)).toMatch(/part 4 0\.250 .*part 8 none part 9 0\.563 .*Network DeepLab-V3/)
    expect(await renderReport(report)).not.toContain('#segmenter')
  })

  test('works out what a person would have needed', async () => {
    // 450 images × 20 min = 150 h, at 25 an hour 3,750; 3 images: 1 h, 25.
    expect(text(await renderReport(report))).toMatch(/By hand 150 h \$3,750 .* With Sixteen 1 h \$25/)
  })

  test('refuses data that contradicts itself', async () => {
    await expect(changed({ totals: { ...report.totals, kept: 1 } })).rejects.toThrow(
      '1 kept and 50 dropped are not 500',
    )
  })
})
