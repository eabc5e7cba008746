import { html } from 'hono/html'
import {
  formatAmount,
  formatCount,
  formatScore,
  formatSeconds,
  formatUncertainty,
} from '../../../factory/report/format.ts'
import { comparePartScores, difference, meanIou } from '../comparison.ts'
import { formatMoment } from '../formats.ts'
import type { ProjectDetails, RunDetails } from '../reading/views.ts'
import { previousDone, showControl, shownVersion } from '../standing.ts'
import { change } from './change.ts'
import { controlButton } from './controls.ts'
import { pill, runPill } from './head.ts'

/** Every run, the newest first, each against the one before that was finished. */
export function versions(view: ProjectDetails) {
  if (view.runs.length === 0) return false
  return html`<h2 id="versions-title">Versions</h2>
<p class="lead">Each run makes a version. Changes are against the version before that was finished.</p>
<div class="card body"><table class="versions">
  <thead><tr><th scope="col">Version</th><th scope="col" class="number">Seeds</th><th scope="col" class="number">Kept</th><th scope="col" class="number">Dropped</th><th scope="col">Mean IoU</th><th scope="col" class="number">Uncertainty</th><th scope="col" class="number">Time</th><th scope="col"><span class="hidden-text">Shown on the platform</span></th></tr></thead>
  <tbody>${view.runs.toReversed().map((run) => row(view, run))}</tbody>
</table></div>`
}

function row(view: ProjectDetails, details: RunDetails) {
  const { run, manifest, evaluation, report } = details
  const previous = run.state === 'done' ? previousDone(view, details) : undefined
  const mean = meanIou(evaluation)
  const added = difference(report?.totals.seeds, previous?.report?.totals.seeds)
  const { platform, id } = view.path
  return html`<tr>
  <th scope="row">${
    report === undefined
      ? html`<b>${run.version}</b>`
      : html`<a href="api/projects/${platform}/${id}/runs/${run.version}/report" data-key="report-${run.version}"><b>${run.version}</b><span class="hidden-text">: report</span></a>`
  } ${runPill(run.state)}<span class="small when">${formatMoment(run.createdAt)}</span></th>
  <td class="number" data-label="Seeds">${report === undefined ? '–' : formatCount(report.totals.seeds)}${
    added !== undefined && html`<span class="small when">${paintings(added)}</span>`
  }</td>
  <td class="number" data-label="Kept">${manifest === undefined ? '–' : formatCount(manifest.kept)}</td>
  <td class="number" data-label="Dropped">${manifest === undefined ? '–' : formatCount(manifest.dropped)}</td>
  <td data-label="Mean IoU">${mean === undefined ? '–' : html`<b>${formatScore(mean)}</b>`} ${change(difference(mean, meanIou(previous?.evaluation)))}${partsChanged(details, previous)}</td>
  <td class="number" data-label="Uncertainty">${manifest?.meanScore == null ? '–' : formatUncertainty(manifest.meanScore)}</td>
  <td class="number" data-label="Time">${formatSeconds(run.phases.reduce((sum, { seconds }) => sum + seconds, 0))}</td>
  <td class="choice">${choice(view, details)}</td>
</tr>`
}

const paintings = (added: number): string =>
  added === 0
    ? 'none added'
    : added > 0
      ? `${formatAmount(added, 'painting')} added`
      : `${formatAmount(-added, 'painting')} fewer`

/** The parts that changed most, in words. */
function partsChanged({ evaluation }: RunDetails, previous: RunDetails | undefined) {
  if (evaluation === undefined || previous?.evaluation === undefined) return false
  const changed = comparePartScores(evaluation, previous.evaluation).flatMap(({ name, change }) =>
    change === undefined || Math.abs(change) < 0.0005 ? [] : [{ name: name.split('/').at(-1), change }],
  )
  const best = changed.filter(({ change }) => change > 0).sort((a, b) => b.change - a.change)
  const worst = changed.filter(({ change }) => change < 0).sort((a, b) => a.change - b.change)
  const [most, least] = [best[0], worst[0]]
  return html`<span class="small when">${formatAmount(best.length, 'part')} better${most && html` (${most.name} ${change(most.change, { quiet: true })})`}, ${formatCount(worst.length)} worse${least && html` (${least.name} ${change(least.change, { quiet: true })})`}</span>`
}

function choice(view: ProjectDetails, { run }: RunDetails) {
  if (run.version === shownVersion(view)) return pill('good', 'shown')
  // Without a platform there is nothing on which to show it.
  if (run.state !== 'done' || view.state === undefined) return false
  return controlButton(view, { ...showControl(run.version) })
}

export const versionStyles = `
.versions .when { display: block; font-size: 0.8125rem; font-weight: 400; line-height: 1.4; }
.versions th[scope='row'] a, .versions b { font-weight: 620; }
.versions td, .versions tbody th { vertical-align: top; padding-block: 0.8rem; }
.versions :is(td, th):not(:last-child) { padding-right: 1.6rem; }
.versions .pill { font-size: 0.75rem; padding-inline: 0.5rem; margin-left: 0.2rem; }
.versions .choice { text-align: right; }
.versions th[scope='row'] { white-space: nowrap; }
@media (max-width: 860px) {
  .versions thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .versions, .versions tbody { display: block; }
  .versions tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0.6rem 1rem; padding-block: 0.9rem; border-bottom: 1px solid var(--line); }
  .versions tr:last-child { border-bottom: 0; }
  .versions tbody :is(td, th) { display: block; padding: 0; border: 0; text-align: left; }
  .versions tbody th, .versions td[data-label='Mean IoU'], .versions .choice:not(:empty) { grid-column: 1 / -1; text-align: left; }
  .versions td[data-label]::before { content: attr(data-label); display: block; color: var(--muted); font-size: 0.8125rem; }
}
`
