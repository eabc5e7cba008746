import { html } from 'hono/html'
import type { ReportData } from '../../../schemas/report.ts'
import { formatAmount, formatCount, formatNumber, formatShare, formatUncertainty } from './format.ts'
import { heatGradient } from './heatPalette.ts'
import { plot } from './plot.ts'
import { sampleTile } from './sampleTile.ts'

/** How sure the ensemble was: the scores of all images, the threshold, and the images that were dropped. */
export function uncertainty(report: ReportData) {
  const { uncertainty, dropped, totals } = report
  return html`
<section id="uncertainty" aria-labelledby="uncertainty-title"><div class="wrap">
  <h2 id="uncertainty-title">Uncertainty</h2>
  <p class="lead">Where the members of the ensemble disagree, a label is doubtful. An image's score is the mean Jensen-Shannon divergence
    of its most uncertain tenth of pixels, in nats; higher is worse.</p>
  <div class="body">
    ${
      uncertainty.scores.length > 0 &&
      html`<figure class="card">${scorePlot(report)}
      <div class="keys small"><span class="key" style="--color: var(--accent)">kept, ${formatCount(totals.kept)}</span>${
        totals.dropped > 0 &&
        html`<span class="key" style="--color: var(--warn)">dropped, ${formatCount(totals.dropped)} (${formatShare(totals.dropped / totals.generated)})</span>`
      }</div></figure>`
    }
    ${
      dropped.length > 0 &&
      html`<div class="card"><h3>Dropped, most uncertain first</h3>
      <div class="scale small"><span>0</span><span class="gradient" style="background: ${heatGradient}"></span><span>${formatNumber(uncertainty.heatMapMaximum, 2)} nats</span></div>
      <ul class="tiles pairs">${dropped.map((sample) => sampleTile(sample, true))}</ul></div>`
    }
  </div>
</div></section>`
}

interface Bin {
  readonly from: number
  readonly to: number
  readonly images: number
  readonly fate: 'kept' | 'dropped'
}

/**
 * Counts scores in bins of one width from 0 to the largest score. The bin that the threshold cuts is counted twice, for
 * the images on either side of it.
 * @param threshold images above it were dropped; null where none was
 */
export function scoreBins(scores: readonly number[], threshold: number | null, count = 40): Bin[] {
  const largest = scores.reduce((most, score) => Math.max(most, score), 0) || 1
  const width = largest / count
  const bins = Array.from({ length: count }, () => ({ kept: 0, dropped: 0 }))
  for (const score of scores) {
    const bin = bins[Math.min(Math.floor(score / width), count - 1)]
    if (bin !== undefined) bin[threshold !== null && score > threshold ? 'dropped' : 'kept'] += 1
  }
  return bins.flatMap((bin, index) =>
    (['kept', 'dropped'] as const)
      .filter((fate) => bin[fate] > 0)
      .map((fate) => ({ from: index * width, to: (index + 1) * width, images: bin[fate], fate })),
  )
}

function scorePlot({ uncertainty: { scores, threshold }, totals }: ReportData) {
  const sorted = [...scores].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  const description =
    `Histogram of the uncertainty of ${formatAmount(scores.length, 'image')}: from ${formatUncertainty(sorted[0] ?? 0)} to ` +
    `${formatUncertainty(sorted.at(-1) ?? 0)} nats, median ${formatUncertainty(median)}. ` +
    (threshold === null
      ? 'None was dropped.'
      : `${formatCount(totals.dropped)} above ${formatUncertainty(threshold)} were dropped.`)
  const marks = threshold === null ? [] : [{ at: threshold, label: `threshold ${formatUncertainty(threshold)}` }]
  const isFarRight = threshold !== null && threshold > 0.6 * (sorted.at(-1) ?? 0)
  return plot(
    {
      layer: [
        {
          data: { values: scoreBins(scores, threshold) },
          mark: { type: 'bar', binSpacing: 1.5 },
          encoding: {
            x: {
              field: 'from',
              type: 'quantitative',
              bin: 'binned',
              axis: { title: 'uncertainty of the image, nats', tickCount: 6, format: '~g' },
            },
            x2: { field: 'to' },
            y: {
              field: 'images',
              type: 'quantitative',
              axis: { title: 'images', tickCount: 4, format: 'd', tickMinStep: 1 },
            },
            color: {
              field: 'fate',
              type: 'nominal',
              legend: null,
              scale: { domain: ['kept', 'dropped'], range: ['var(--accent)', 'var(--warn)'] },
            },
          },
        },
        {
          data: { values: marks },
          mark: { type: 'rule', color: 'var(--ink)', strokeDash: [4, 3] },
          encoding: { x: { field: 'at', type: 'quantitative' } },
        },
        {
          data: { values: marks },
          mark: {
            type: 'text',
            ...(isFarRight ? { align: 'right', dx: -6 } : { align: 'left', dx: 6 }),
            baseline: 'top',
            y: 2,
            color: 'var(--ink)',
            fontSize: 12,
          },
          encoding: { x: { field: 'at', type: 'quantitative' }, text: { field: 'label' } },
        },
      ],
    },
    'page',
    description,
  )
}

export const uncertaintyStyles = `
.scale { display: flex; align-items: center; gap: 0.6rem; margin-bottom: 1.1rem; }
.gradient { width: min(14rem, 40vw); height: 0.6rem; border-radius: 999px; }
`
