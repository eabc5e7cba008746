import { html } from 'hono/html'
import type { ReportData } from '../../../schemas/report.ts'
import { facts } from './facts.ts'
import { formatSeconds, formatShare } from './format.ts'

/** Where the time went, and on what machine; with the facts of generator and labels. */
export function time(report: ReportData) {
  const { phases } = report
  const total = phases.reduce((sum, phase) => sum + phase.seconds, 0)
  const shareOf = (seconds: number): number => (total === 0 ? 0 : seconds / total)
  return html`
<section id="time" aria-labelledby="time-title"><div class="wrap">
  <h2 id="time-title">Time and machine</h2>
  <p class="lead">${formatSeconds(total)} from paintings to dataset.</p>
  <div class="body">
    <div class="card">
      <div class="phase-bar" aria-hidden="true">${phases.map(
        ({ seconds }, index) =>
          html`<span style="flex-grow: ${shareOf(seconds).toFixed(4)}; --color: ${phaseColor(index)}"></span>`,
      )}</div>
      <table class="phases"><thead><tr><th scope="col">Phase</th><th scope="col" class="number">Time</th><th scope="col" class="number">Share</th></tr></thead>
      <tbody>${phases.map(
        ({ name, seconds }, index) =>
          html`<tr><th scope="row"><span class="phase"><span class="swatch" style="--color: ${phaseColor(index)}"></span>${name}</span></th><td class="number">${formatSeconds(seconds)}</td><td class="number">${formatShare(shareOf(seconds))}</td></tr>`,
      )}</tbody></table>
    </div>
    <div class="cards">
      ${facts('Machine', report.machine)}
      ${facts('Generator', report.generator)}
      ${facts('Labels', report.labeler)}
    </div>
  </div>
</div></section>`
}

const colors = ['var(--accent)', '#f2b134', '#d9485f', '#4b6fe0', '#8d63c9', '#6b7280'] as const

const phaseColor = (index: number): string => colors[index % colors.length] ?? colors[0]

export const timeStyles = `
.cards { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.phase-bar { display: flex; gap: 3px; height: 1.1rem; margin-bottom: 1.25rem; }
.phase-bar > span { min-width: 3px; border-radius: 4px; background: var(--color); }
.phase { display: inline-flex; align-items: center; gap: 0.6rem; }
`
