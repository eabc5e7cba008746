import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { costStyles } from '../../factory/report/cost.ts'
import { headerStyles } from '../../factory/report/header.ts'
import { partonomyTableStyles } from '../../factory/report/partonomyTable.ts'
import { theme } from '../../factory/report/theme.ts'
import { chartStyles } from './charts.ts'
import { controlsScript } from './scripts/controls.ts'
import { imagesScript } from './scripts/images.ts'
import { liveScript } from './scripts/live.ts'
import { changeStyles } from './sections/change.ts'
import { controlStyles } from './sections/controls.ts'
import { costSectionStyles } from './sections/cost.ts'
import { headStyles } from './sections/head.ts'
import { imageStyles } from './sections/images.ts'
import { noticeStyles } from './sections/notices.ts'
import { numbersStyles } from './sections/numbers.ts'
import { partStyles } from './sections/parts.ts'
import { phaseStyles } from './sections/phases.ts'
import { runStyles } from './sections/run.ts'
import { seedStyles } from './sections/seeds.ts'
import { uncertaintyStyles } from './sections/uncertainty.ts'
import { versionStyles } from './sections/versions.ts'
import { pageStyles } from './styles.ts'

const styles = [
  theme,
  headerStyles,
  partonomyTableStyles,
  costStyles,
  pageStyles,
  chartStyles,
  headStyles,
  controlStyles,
  numbersStyles,
  changeStyles,
  noticeStyles,
  seedStyles,
  phaseStyles,
  runStyles,
  imageStyles,
  uncertaintyStyles,
  partStyles,
  versionStyles,
  costSectionStyles,
].join('')

/** Each piece keeps to itself, so that one that fails leaves the others working. */
const liveScripts = [controlsScript, imagesScript, liveScript].map((piece) => `(() => {${piece}})()`).join(';\n')

/** Only this server is asked, and of scripts only the page's own runs. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "img-src 'self' data:",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(liveScripts).digest('base64')}'`,
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ')

export interface PageOptions {
  readonly title: string
  /** Relative address of where the pages are mounted: all other addresses on the page are relative to that. */
  readonly base: string
  /** What stands in the bar beside the name. */
  readonly bar: unknown
  readonly main: unknown
  /** For a page that keeps itself up to date. */
  readonly live?: {
    /** Where its `events` and `live` are, with a slash at the end. */
    readonly address: string
    /** Of the snapshot that it was made with. */
    readonly state: string
    /** Between two questions, where there are no events. */
    readonly pollMilliseconds: number
  }
}

/** A whole page: the design, the bar on top, and the script. It works from wherever it is mounted. */
export const page = ({ title, base, bar, main, live }: PageOptions) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<base href="${base}">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(styles)}</style>
</head>
<body${live && html` data-live="${live.address}" data-state="${live.state}" data-interval="${live.pollMilliseconds}"`}>
<header class="bar"><div class="wrap">
  <a class="brand" href="./"><span class="mark" aria-hidden="true"></span>Sixteen</a>
  ${bar}
  ${live && html`<p class="connection" id="connection" data-mode="connecting"><span class="dot" aria-hidden="true"></span><span>Connecting</span></p>`}
</div></header>
<main>
${main}
</main>
${
  live &&
  html`<noscript><p class="wrap small">Without scripts this page shows what was there when it was opened, and its buttons do nothing.</p></noscript>
<script>${raw(liveScripts)}</script>`
}
</body>
</html>
`

/** The place of a section that is kept up to date. */
export const place = (name: string, content: string | undefined) =>
  html`<div data-live="${name}">${raw(content ?? '')}</div>`

/** The same for words within a line. */
export const wordsPlace = (name: string, content: string | undefined) =>
  html`<span data-live="${name}">${raw(content ?? '')}</span>`
