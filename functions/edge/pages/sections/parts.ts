import { html } from 'hono/html'
import { formatScore, formatShare } from '../../../factory/report/format.ts'
import { comparePartScores, difference, meanIou, type PartScore } from '../comparison.ts'
import type { ProjectDetails } from '../reading/views.ts'
import { featuredRun, previousDone } from '../standing.ts'
import { change } from './change.ts'

/** How well each part is found, against the version before; nothing before it is measured. */
export function parts(view: ProjectDetails) {
  const featured = featuredRun(view)
  const evaluation = featured?.evaluation
  const heading = html`<h2 id="parts-title">Parts</h2>`
  if (featured === undefined || evaluation === undefined) return false
  if (evaluation.pixelAccuracy === null)
    return html`${heading}<p class="lead">Nothing could be measured: that needs two seeds or more.</p>`
  const previous = previousDone(view, featured)
  const scores = comparePartScores(evaluation, previous?.evaluation)
  const colors = new Map(view.project?.labelList.parts.map(({ name, color }) => [name, color]))
  return html`${heading}
<p class="lead">Intersection over union of ${featured.run.version}: ${evaluation.method}. ${formatShare(evaluation.pixelAccuracy)} of the pixels are right.${
    previous?.evaluation &&
    html` On average ${change(difference(meanIou(evaluation), meanIou(previous.evaluation)))} than ${previous.run.version}.`
  }</p>
<div class="card body"><ul class="part-scores">${scores.map((score) => partScore(score, colors.get(score.name)))}</ul></div>`
}

function partScore({ name, iou, change: changed }: PartScore, color: string | undefined) {
  const steps = name.split('/')
  const group = steps.slice(0, -1).join('/')
  return html`<li><span class="swatch" style="--color: ${color ?? 'var(--seeds)'}"></span>
  <span class="part-label">${group && html`<span>${group}/</span><wbr>`}${steps.at(-1)}</span>
  ${
    iou === null
      ? html`<span class="small absent">absent from the seeds</span>`
      : html`<span class="track" aria-hidden="true"><span style="--color: var(--accent); width: ${(100 * iou).toFixed(1)}%"></span></span><b class="number">${formatScore(iou)}</b>`
  }<span class="number part-change">${change(changed, { quiet: true })}</span></li>`
}

export const partStyles = `
.part-scores { columns: 2 22rem; column-gap: 3rem; }
.part-scores li { break-inside: avoid; display: grid; grid-template-columns: auto minmax(5rem, 9fr) minmax(2.5rem, 8fr) 2.9rem 4.4rem; gap: 0.65rem; align-items: center; padding-block: 0.42rem; border-bottom: 1px solid var(--line); font-size: 0.9375rem; line-height: 1.35; }
.part-scores b { font-weight: 600; }
.part-label { overflow-wrap: anywhere; }
.part-label span { color: var(--muted); }
.part-change { font-size: 0.8125rem; }
.absent { grid-column: 3 / 5; }
@media (max-width: 480px) { .part-scores li { grid-template-columns: auto minmax(0, 1fr) 2.9rem 4.2rem; } .part-scores .track { display: none; } .absent { grid-column: 3 / 5; } .absent + .part-change { display: none; } }
`
