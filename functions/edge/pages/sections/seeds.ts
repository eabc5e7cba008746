import { html } from 'hono/html'
import { formatAmount, formatCount } from '../../../factory/report/format.ts'
import { formatMoment } from '../formats.ts'
import type { ProjectView } from '../reading/views.ts'

/** More than these are drawn as one bar. */
const mostPips = 40

/** The paintings the first run waits for, one small square each. @param painted may be more than wanted */
export function pips(painted: number, wanted: number) {
  const description = `${formatCount(painted)} of ${formatAmount(wanted, 'seed')} painted`
  if (wanted > mostPips) {
    const share = Math.min(1, painted / wanted)
    return html`<div class="bar-of-seeds" role="img" aria-label="${description}"><span style="width: ${(100 * share).toFixed(1)}%"></span></div>`
  }
  return html`<div class="pips" style="--count: ${wanted}" role="img" aria-label="${description}">${Array.from(
    { length: wanted },
    (_, index) => html`<span${index < painted && html` class="painted"`}></span>`,
  )}</div>`
}

/** What people have painted so far. */
export function seeds({ state, seeds }: ProjectView) {
  if (state === undefined)
    return html`<h2 id="seeds-title">Seeds</h2><p class="lead">No annotation platform is connected, so nothing is known of paintings under way.</p>`
  const { wanted, published, painted, skipped } = state.seeds
  const chosen = seeds?.chosen ?? []
  const doubtful = chosen.filter(({ reason }) => reason === 'disagreement').length
  const facts = [
    ['Shown to be painted', formatAmount(published, 'image')],
    ['Skipped', skipped === 0 ? 'none' : `${formatCount(skipped)}, replaced by others`],
    ...(chosen.length === 0 ? [] : [['Chosen', reasons(chosen.length - doubtful, doubtful)]]),
    [
      'Corrected',
      state.corrected === 0 ? 'none' : `${formatAmount(state.corrected, 'published image')}: seeds of the next version`,
    ],
    ['New since the last run', state.changes === 0 ? 'nothing' : formatAmount(state.changes, 'change')],
    ...(state.newestAnnotationAt === undefined ? [] : [['Last painting', formatMoment(state.newestAnnotationAt)]]),
  ]
  return html`<h2 id="seeds-title">Seeds</h2>
<p class="count"><b>${formatCount(painted)}</b> of ${formatCount(wanted)} painted</p>
${pips(painted, wanted)}
<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${
  state.unusable.length > 0 &&
  html`<details data-key="unusable"><summary data-key="unusable-summary">${formatAmount(state.unusable.length, 'painting')} cannot be used</summary>
  <ul class="unusable">${state.unusable.map(
    ({ annotation, task, reason }) => html`<li><b>Task ${task}, annotation ${annotation}</b> ${reason}</li>`,
  )}</ul></details>`
}`
}

const reasons = (spread: number, doubtful: number): string =>
  [
    ...(spread > 0 ? [`${formatCount(spread)} spread over latent space`] : []),
    ...(doubtful > 0 ? [`${formatCount(doubtful)} where the ensemble disagrees`] : []),
  ].join(', ')

export const seedStyles = `
.count { margin-top: 0.5rem; color: var(--muted); }
.count b { font-size: 1.5rem; font-weight: 680; letter-spacing: -0.02em; color: var(--ink); }
.pips { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: 5px; margin-block: 0.7rem 1.25rem; }
.pips span { aspect-ratio: 1; max-height: 2.4rem; border-radius: 6px; border: 1.5px dashed var(--seeds); }
.pips .painted { border: 0; background: var(--accent); }
.bar-of-seeds { height: 0.75rem; margin-block: 0.7rem 1.25rem; border-radius: 999px; background: var(--soft); box-shadow: inset 0 0 0 1px var(--line); overflow: hidden; }
.bar-of-seeds span { display: block; height: 100%; background: var(--accent); border-radius: inherit; }
.seeds-card .facts { font-size: 0.875rem; line-height: 1.45; gap: 0.4rem 1.25rem; }
details { margin-top: 1rem; font-size: 0.875rem; }
summary { cursor: pointer; color: var(--warn); font-weight: 600; }
.unusable { display: grid; gap: 0.5rem; margin-top: 0.6rem; line-height: 1.45; overflow-wrap: anywhere; }
.unusable b { display: block; font-weight: 600; }
`
