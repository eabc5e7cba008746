import { html } from 'hono/html'
import { formatAmount, formatCount, formatShare, formatUncertainty } from '../../../factory/report/format.ts'
import { across, chart, roundAxis, tightAxis, upwards } from '../charts.ts'
import type { ManifestDigest } from '../reading/runFacts.ts'
import type { ProjectDetails } from '../reading/views.ts'
import { featuredRun } from '../standing.ts'
import { shot } from './images.ts'

/** The scores of all images as a histogram, and the images that were dropped; nothing before there are any. */
export function uncertainty(view: ProjectDetails) {
  const featured = featuredRun(view)
  const manifest = featured?.manifest
  if (featured === undefined || manifest === undefined) return false
  const { kept, dropped, worst } = manifest
  return html`<h2 id="uncertainty-title">Uncertainty</h2>
<p class="lead">An image's score is the divergence of the ensemble on its most uncertain tenth of pixels, in nats; higher is worse.</p>
<div class="body columns${worst.length > 0 && ' halves'}">
  <figure class="card">${histogram(manifest)}
    <figcaption class="keys small"><span class="key" style="--color: var(--accent)">kept, ${formatCount(kept)}</span>${
      dropped > 0 &&
      html`<span class="key" style="--color: var(--warn)">dropped, ${formatCount(dropped)} (${formatShare(dropped / (kept + dropped))})</span>`
    }</figcaption></figure>
  ${
    worst.length > 0 &&
    html`<div class="card"><h3>Dropped, most uncertain first</h3><ul class="shots">${worst.map((picture) => shot(view, featured, picture))}</ul></div>`
  }
</div>`
}

function histogram({ bins, largestScore, threshold, kept, dropped, medianScore }: ManifestDigest) {
  const x = tightAxis('uncertainty of the image, nats', largestScore, 5)
  const most = bins.reduce((highest, bin) => Math.max(highest, bin.kept + bin.dropped), 0)
  const y = roundAxis('images', most, 4)
  const width = 100 / bins.length
  const bar = (index: number, from: number, images: number, color: string) =>
    images > 0 &&
    html`<rect x="${(index * width + 0.12 * width).toFixed(2)}" width="${(0.76 * width).toFixed(2)}" y="${upwards(y, from + images)}" height="${across(y, images)}" style="fill: ${color}"></rect>`
  const description =
    `Histogram of the uncertainty of ${formatAmount(kept + dropped, 'image')}, up to ${formatUncertainty(largestScore)} nats` +
    `${medianScore === null ? '' : `, median ${formatUncertainty(medianScore)}`}. ` +
    (threshold === null
      ? 'None was dropped.'
      : `${formatCount(dropped)} from ${formatUncertainty(threshold)} on were dropped.`)
  return chart({
    description,
    x,
    y,
    drawing: bins.map((bin, index) => [
      bar(index, 0, bin.kept, 'var(--accent)'),
      bar(index, bin.kept, bin.dropped, 'var(--warn)'),
    ]),
    marks:
      threshold !== null &&
      html`<span class="chart-rule${threshold > x.end / 2 && ' flipped'}" style="left: ${across(x, threshold)}%"><span>dropped from ${formatUncertainty(threshold)}</span></span>`,
  })
}

export const uncertaintyStyles = `
#uncertainty .chart { --chart-height: clamp(10rem, 14vw, 11.25rem); }
#uncertainty .card .shots { margin-top: 0.9rem; }
`
