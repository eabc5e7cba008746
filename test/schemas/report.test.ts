import { describe, expect, test } from 'vitest'
import { ImageDataUri, RelativeLink, ReportData } from '../../schemas/report.ts'
import { reportOfPaintings } from '../functions/factory/report/reportOfPaintings.ts'

const report = await reportOfPaintings(new URL('../../models/avatars/seeds/', import.meta.url), [100])

test.each(['dataset/', 'factory.onnx', 'dataset/manifest.jsonl', 'a b.txt'])('%s may lie beside a report', (link) => {
  expect(RelativeLink.parse(link)).toBe(link)
})

test.each(['javascript:alert(1)', 'https://host/x', '//host/x', '/etc/passwd', '../x', 'a/../../x', '..', 'a\\b', ''])(
  '%j may not be linked to',
  (link) => {
    expect(RelativeLink.safeParse(link).success).toBe(false)
  },
)

test.each([
  'image.png',
  'https://host/x.png',
  'data:text/html;base64,AAAA',
  'data:image/svg+xml;base64,AAAA',
  'data:image/png;base64,"',
])('%j is no picture of a report', (uri) => {
  expect(ImageDataUri.safeParse(uri).success).toBe(false)
})

describe('report data', () => {
  test('comes back from JSON as it was', () => {
    expect(ReportData.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
  })

  test('has one entry for each part, in order', () => {
    expect(ReportData.safeParse({ ...report, parts: report.parts.slice(1) }).error?.message).toContain('11 parts')
    expect(ReportData.safeParse({ ...report, parts: [...report.parts].reverse() }).success).toBe(false)
  })

  test('shows only parts of its label list', () => {
    const gallery = report.gallery.map((sample) => ({ ...sample, parts: [0, 11] }))
    expect(ReportData.safeParse({ ...report, gallery }).error?.message).toContain('part 11 is not in the label list')
  })
})
