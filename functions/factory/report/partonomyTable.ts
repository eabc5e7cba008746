import { html } from 'hono/html'
import type { ReportData, ReportEvaluation, ReportPart } from '../../../schemas/report.ts'
import { type PartonomyNode, partonomyTree } from '../partonomy.ts'
import { formatAmount, formatCount, formatScore, formatShare } from './format.ts'

/** The partonomy as a table: how much of each part was painted, how much came out, and how well it was found. */
export function partonomyTable(report: ReportData) {
  const { evaluation } = report
  return html`
<section id="parts" aria-labelledby="parts-title"><div class="wrap">
  <h2 id="parts-title">Parts</h2>
  <p class="lead">The tree of parts: how much of each was painted and how much of it the dataset holds${
    evaluation && html`, and how well it is found, measured by ${evaluation.method}`
  }.</p>
  <div class="body">
    <div class="card"><table class="partonomy">
      <caption><span class="keys"><span class="key" style="--color: var(--seeds)">share of the painted pixels</span><span class="key" style="--color: var(--accent)">share of the generated pixels</span><span>Bars of shares grow with the square root, so that small parts show.</span></span></caption>
      <thead><tr><th scope="col">Part</th><th scope="col">Share of pixels</th><th scope="col">IoU</th></tr></thead>
      <tbody>${rows(partonomyTree(report.labelList), 0, report)}</tbody>
    </table></div>
    ${evaluation && levelTable(evaluation)}
  </div>
</div></section>`
}

const rows = (nodes: readonly PartonomyNode[], depth: number, report: ReportData): unknown[] =>
  nodes.flatMap((node) => [row(node, depth, report), ...rows(node.children, depth + 1, report)])

function row(node: PartonomyNode, depth: number, report: ReportData) {
  const part = node.part === null ? undefined : report.parts[node.part.id]
  const below = node.partIds.flatMap((id) => report.parts[id] ?? [])
  const isGroup = part === undefined
  const share = (of: 'seedShare' | 'generatedShare'): number => total(isGroup ? below : [part], of)
  return html`<tr${isGroup && html` class="group"`}>
    <th scope="row" style="--depth: ${depth}"><span class="part">${
      node.part && html`<span class="swatch" style="--color: ${node.part.color}"></span>`
    }<span class="part-name">${
      node.part === null ? node.name : html`<a href="#gallery" data-part="${node.part.id}">${node.name}</a>`
    }${part && painted(part, report.painting.minimumPixels)}</span></span></th>
    <td>${bar('var(--seeds)', Math.sqrt(share('seedShare')), formatShare(share('seedShare')), 'of painted pixels')}
      ${bar('var(--accent)', Math.sqrt(share('generatedShare')), formatShare(share('generatedShare')), 'of generated pixels')}</td>
    <td>${part && (part.iou === null ? html`<span class="small">none</span>` : bar('var(--accent)', part.iou, formatScore(part.iou), ''))}</td>
  </tr>`
}

const total = (parts: readonly ReportPart[], of: 'seedShare' | 'generatedShare'): number =>
  parts.reduce((sum, part) => sum + part[of], 0)

const painted = ({ seedPixels, seedImages, generatedImages }: ReportPart, minimumPixels: number) =>
  html`<span class="small">${formatAmount(seedPixels, 'pixel')} on ${formatAmount(seedImages, 'seed')}, then in ${formatAmount(generatedImages, 'image')}${
    seedPixels < minimumPixels && html` <strong class="scarce">${seedPixels === 0 ? 'never painted' : 'few'}</strong>`
  }</span>`

const bar = (color: string, length: number, value: string, unit: string) =>
  html`<span class="measure"><span class="track"><span style="--color: ${color}; width: ${(100 * Math.min(length, 1)).toFixed(1)}%"></span></span><span class="number">${value}${unit && html`<span class="hidden-text"> ${unit}</span>`}</span></span>`

const levelTable = ({ levels, method }: ReportEvaluation) => html`
<div class="card"><h3>Mean IoU by level</h3>
<p class="small">Measured by ${method}, over all pixels, the background included. Level 1 merges all parts that agree in the first step of their name.</p>
<table class="levels">
  <thead><tr><th scope="col">Level</th><th scope="col" class="number">Parts</th><th scope="col" class="number">mIoU, absent parts left out</th><th scope="col" class="number">mIoU, absent part = 0</th></tr></thead>
  <tbody>${levels.map(
    (level) =>
      html`<tr><th scope="row">${level.level}</th><td class="number">${formatCount(level.parts)}</td><td class="number"><b>${formatScore(level.presentOnly)}</b></td><td class="number">${formatScore(level.absentAsZero)}</td></tr>`,
  )}</tbody>
</table>
<p class="small">Absent is a part that occurs neither in the truth nor in the prediction. Counting it as 0 is what the code published with
  DatasetGAN does; leaving it out is usual.</p></div>`

export const partonomyTableStyles = `
.partonomy { table-layout: fixed; }
.partonomy th:nth-child(1) { width: 40%; }
.partonomy th:nth-child(2) { width: 34%; }
.part { display: flex; align-items: flex-start; gap: 0.6rem; padding-left: calc(var(--depth) * clamp(0.6rem, 2vw, 1.5rem)); }
.part .swatch { margin-top: 0.36rem; }
.part-name { min-width: 0; overflow-wrap: anywhere; line-height: 1.4; }
.part-name a { color: inherit; font-weight: 600; text-decoration-color: var(--line); }
.part-name .small { display: block; font-size: 0.8125rem; font-weight: 400; }
.group .part-name { color: var(--muted); font-weight: 600; }
.scarce { display: inline-block; padding: 0 0.45rem; border-radius: 999px; background: var(--warn-soft); color: var(--warn); font-weight: 600; font-size: 0.75rem; }
.measure { display: grid; grid-template-columns: minmax(0, 1fr) 3.4rem; align-items: center; gap: 0.6rem; font-size: 0.8125rem; line-height: 1.45; }
.partonomy :is(td, th) { padding-right: clamp(0.75rem, 3vw, 2.25rem); } .partonomy :is(td, th):last-child { padding-right: 0; }
.partonomy .keys { margin-top: 0; }
.track { height: 0.4rem; border-radius: 999px; background: var(--soft); overflow: hidden; }
.track > span { display: block; height: 100%; border-radius: inherit; background: var(--color); }
.levels { margin-block: 0.75rem 1rem; }
.levels thead th { padding-left: 0.5rem; } .levels thead th:first-child { padding-left: 0; }
.levels thead .number { white-space: normal; }
@media (max-width: 600px) {
  .measure { grid-template-columns: minmax(0, 1fr); gap: 0.1rem; margin-bottom: 0.3rem; }
  .measure .number { text-align: left; }
  .partonomy th:nth-child(1) { width: 46%; } .partonomy th:nth-child(2) { width: 30%; }
}
`
