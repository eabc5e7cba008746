import { html } from 'hono/html'
import type { ReportData } from '../../../schemas/report.ts'
import { formatAmount, formatCount, formatMoney, formatSeconds } from './format.ts'

/** What a person would have needed for the same dataset; the two assumptions can be changed on the page. */
export function cost(report: ReportData) {
  const { totals, phases } = report
  const { minutesPerImage, hourlyRate, currency, measured } = report.cost
  const machineSeconds = phases.reduce((sum, phase) => sum + phase.seconds, 0)
  const share = (images: number): number => (100 * images) / Math.max(totals.kept, totals.seeds, 1)
  const side = (title: string, images: number, about: string, key: 'hand' | 'sixteen') => html`
    <div class="side ${key}"><h3>${title}</h3>
      <p class="hours" data-cost="time" data-images="${images}">${formatSeconds(images * minutesPerImage * 60)}</p>
      <p class="money" data-cost="money" data-images="${images}">${formatMoney((images * minutesPerImage * hourlyRate) / 60, currency)}</p>
      <p class="small">${about}</p>
      <div class="length" aria-hidden="true"><span style="width: ${share(images).toFixed(2)}%"></span></div></div>`
  return html`
<section id="cost" aria-labelledby="cost-title"><div class="wrap">
  <h2 id="cost-title">What it would have cost a person</h2>
  <p class="lead">Painting ${formatAmount(totals.kept, 'image')} by hand, and painting ${formatCount(totals.seeds)}. ${basis(measured)}</p>
  <div class="body">
    <form class="assumptions" id="cost-form" data-currency="${currency}">
      <label>Minutes per image <input type="number" name="minutes" min="0.1" step="any" value="${minutesPerImage}" inputmode="decimal"></label>
      <label>${currency} per hour <input type="number" name="rate" min="0" step="any" value="${hourlyRate}" inputmode="decimal"></label>
    </form>
    <div class="card sides" aria-live="polite">
      ${side('By hand', totals.kept, `${formatAmount(totals.kept, 'image')} painted`, 'hand')}
      ${side('With Sixteen', totals.seeds, `${formatAmount(totals.seeds, 'image')} painted, and ${formatSeconds(machineSeconds)} of this machine`, 'sixteen')}
    </div>
  </div>
</div></section>`
}

/** Where the minutes come from. */
function basis(measured: ReportData['cost']['measured']): string {
  if (measured === undefined) return 'Both numbers below are assumptions: set your own.'
  const { paintings, minutes, humanRegions, untouchedRegions } = measured
  const pace = `The annotation platform measured ${formatSeconds(60 * minutes)} for ${formatAmount(paintings, 'painting')}, with ${formatAmount(humanRegions, 'region')} drawn or changed by a person`
  const left =
    untouchedRegions > 0
      ? `; ${formatAmount(untouchedRegions, 'predicted region')} left as they were are no human work`
      : ''
  return `${pace}${left}. The minutes are the mean; the rate is an assumption: set your own.`
}

export const costStyles = `
.assumptions { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; }
.assumptions label { display: inline-flex; align-items: center; gap: 0.75rem; font-size: 0.9375rem; }
.assumptions input { width: 6.5rem; padding: 0.4rem 0.6rem; border: 1px solid var(--muted); border-radius: 9px; background: var(--card); font-variant-numeric: tabular-nums; }
.sides { display: grid; gap: 1.5rem; }
@media (min-width: 640px) { .sides { grid-template-columns: 1fr 1fr; } .side + .side { border-left: 1px solid var(--line); padding-left: 1.75rem; } }
.side .hours { font-size: clamp(1.9rem, 4.4vw, 3.1rem); line-height: 1.15; letter-spacing: -0.03em; font-weight: 680; }
.side h3 { margin-bottom: 0.6rem; }
.side .length { margin-top: 1.1rem; height: 0.6rem; border-radius: 999px; background: var(--soft); overflow: hidden; }
.side .length > span { display: block; height: 100%; min-width: 3px; border-radius: inherit; background: var(--muted); }
.side.sixteen .length > span { background: var(--accent); }
.side .money { font-size: 1.25rem; font-weight: 600; }
.side.hand .hours { color: var(--muted); }
.side.sixteen .hours { color: var(--accent); }
`
