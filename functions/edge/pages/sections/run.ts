import { html } from 'hono/html'
import type { RunProgress } from '../../../../schemas/projectState.ts'
import { formatCount, formatSeconds } from '../../../factory/report/format.ts'
import { isActive } from '../../../factory/runRecord.ts'
import { formatMoment, formatTimeLeft } from '../formats.ts'
import type { ProjectDetails, RunDetails } from '../reading/views.ts'
import { newestRun } from '../standing.ts'
import { runPill } from './head.ts'
import { finishedLosses, progressLosses } from './losses.ts'
import { phases } from './phases.ts'

/** Silence after which a page says that nothing was heard. */
const silentSeconds = 120

/** The newest run: its phases, how far it is, how its training goes. */
export function run(view: ProjectDetails, now: Date) {
  const newest = newestRun(view)
  if (newest === undefined)
    return html`<h2 id="run-title">Run</h2>
<p class="lead">No run has begun. ${
      view.state === undefined
        ? 'It begins by command.'
        : 'It begins by itself when enough is painted, or with “Train now”.'
    }</p>
${phases(view, { run: undefined, withPurpose: true })}`
  const { run, progress } = newest
  const curves = losses(newest)
  return html`<div class="run-head"><h2 id="run-title">${run.version}</h2>${runPill(run.state)}</div>
<p class="small">${sentence(newest)}</p>
${phases(view, { run, withPurpose: curves === false })}
${progress !== undefined && isActive(run) && progressBar(progress, now)}
${curves}`
}

function losses({ run, progress, report }: RunDetails) {
  if (progress !== undefined && progress.losses.length > 1 && isActive(run)) return progressLosses(progress)
  return report !== undefined && report.training.length > 0 && finishedLosses(report)
}

function sentence({ run }: RunDetails): string {
  const worked = run.phases.reduce((sum, { seconds }) => sum + seconds, 0)
  const began = `Begun ${formatMoment(run.createdAt)}`
  return isActive(run) ? `${began}.` : `${began}; ${formatSeconds(worked)} of work.`
}

function progressBar(progress: RunProgress, now: Date) {
  const { task, done, total, unit } = progress
  const share = total === 0 ? 0 : Math.min(1, done / total)
  const percent = Math.floor(100 * share)
  const amount = `${formatCount(done)} of ${formatCount(total)} ${unit}`
  const left = timeLeft(progress, now)
  const spoken = [`${percent} %`, amount, left].filter(Boolean).join(', ')
  return html`<div class="progress">
  <div><p class="task" id="progress-task">${task}</p><p class="percent">${percent} %</p></div>
  <div class="progress-track" role="progressbar" aria-labelledby="progress-task" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${percent}" aria-valuetext="${spoken}"><span style="width: ${(100 * share).toFixed(2)}%"></span></div>
  <div class="small"><p>${amount}</p><p>${left}</p></div>
</div>`
}

function timeLeft({ at, secondsLeft }: RunProgress, now: Date): string {
  const silence = (now.getTime() - Date.parse(at)) / 1000
  if (silence > silentSeconds) return `nothing heard for ${formatTimeLeft(Math.floor(silence / 60) * 60)}`
  return secondsLeft === undefined ? '' : `about ${formatTimeLeft(secondsLeft)} left in this phase`
}

export const runStyles = `
.run-head { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; }
.run-head + .small { margin-top: 0.3rem; }
.progress { display: grid; gap: 0.35rem; margin-top: 1.25rem; line-height: 1.4; }
.progress > div:not([role]) { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; align-items: baseline; overflow-wrap: anywhere; }
.progress .task { font-weight: 600; }
.progress .percent { font-weight: 650; font-size: 1.25rem; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.progress-track { height: 0.75rem; border-radius: 999px; background: var(--soft); box-shadow: inset 0 0 0 1px var(--line); overflow: hidden; }
.progress-track span { display: block; height: 100%; min-width: 0.4rem; border-radius: inherit; background: var(--accent); }
.curves { display: grid; gap: 0.5rem 1.75rem; margin-top: 1.5rem; }
@media (min-width: 560px) { .curves.two { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
.curves h3 { font-size: 0.9375rem; }
.curves .keys { margin-top: 0.5rem; font-size: 0.8125rem; }
`
