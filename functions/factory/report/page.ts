import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { ReportData } from '../../../schemas/report.ts'
import { cost, costStyles } from './cost.ts'
import { gallery, galleryStyles } from './gallery.ts'
import { headerStyles, navigation, summary } from './header.ts'
import { painting, paintingStyles } from './painting.ts'
import { partonomyTable, partonomyTableStyles } from './partonomyTable.ts'
import { plotStyles } from './plot.ts'
import { sampleDialog, sampleDialogStyles } from './sampleDialog.ts'
import { sampleTileStyles } from './sampleTile.ts'
import { script } from './script.ts'
import { segmenter } from './segmenter.ts'
import { theme } from './theme.ts'
import { time, timeStyles } from './time.ts'
import { training } from './training.ts'
import { uncertainty, uncertaintyStyles } from './uncertainty.ts'

const styles = [
  theme,
  headerStyles,
  plotStyles,
  sampleTileStyles,
  galleryStyles,
  sampleDialogStyles,
  uncertaintyStyles,
  partonomyTableStyles,
  paintingStyles,
  timeStyles,
  costStyles,
].join('')

/** Nothing is loaded from anywhere; of scripts, only the page's own runs. */
const contentSecurityPolicy = [
  "default-src 'none'",
  'img-src data:',
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/**
 * The report of a run: one HTML page that holds its pictures, styles and script, works from a file and asks nothing of
 * any network. The same data gives the same bytes.
 * @throws {ZodError} where the data is not what the schema says
 * @example await writeFile('report.html', await renderReport(data))
 */
export async function renderReport(data: ReportData): Promise<string> {
  const report = ReportData.parse(data)
  const sections = [
    { id: 'gallery', name: 'Images' },
    { id: 'uncertainty', name: 'Uncertainty' },
    { id: 'parts', name: 'Parts' },
    { id: 'painting', name: 'Paint next' },
    ...(report.training.length > 0 ? [{ id: 'training', name: 'Training' }] : []),
    ...(report.segmenter === undefined ? [] : [{ id: 'segmenter', name: 'Segmenter' }]),
    { id: 'time', name: 'Time' },
    { id: 'cost', name: 'Cost' },
  ]
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${report.title} · ${report.version} · Sixteen</title>
<link rel="icon" href="data:,">
<style>${raw(styles)}</style>
</head>
<body>
${navigation(sections)}
<main>
${summary(report)}
${gallery(report)}
${uncertainty(report)}
${partonomyTable(report)}
${painting(report)}
${training(report)}
${segmenter(report)}
${time(report)}
${cost(report)}
</main>
${sampleDialog()}
<script>${raw(script)}</script>
</body>
</html>
`
  return page.toString()
}
