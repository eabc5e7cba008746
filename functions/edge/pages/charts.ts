/** Small drawings that stretch with the page: lines and bars as SVG, words as text of the page, which keeps its size. */
import { html } from 'hono/html'
import { formatNumber } from '../../factory/report/format.ts'
import { ticksTo } from './formats.ts'

type Html = ReturnType<typeof html>

export interface Axis {
  readonly title: string
  /** The axis begins at 0. */
  readonly end: number
  readonly ticks: readonly number[]
}

/** An axis that ends at a round number. */
export function roundAxis(title: string, largest: number, count: number): Axis {
  const ticks = ticksTo(largest, count)
  return { title, ticks, end: ticks.at(-1) ?? 1 }
}

/** An axis that ends at the largest value, with round numbers on the way. */
export function tightAxis(title: string, largest: number, count: number): Axis {
  const end = largest > 0 ? largest : 1
  return { title, ticks: ticksTo(end, count).filter((tick) => tick <= end), end }
}

/** From data to the drawing's square of 100 × 100, whose y grows downwards. */
export const across = ({ end }: Axis, value: number): number => Number(((100 * value) / end).toFixed(2))
export const upwards = (axis: Axis, value: number): number => Number((100 - across(axis, value)).toFixed(2))

export interface Chart {
  /** What it shows, for those who do not see it; numbers included. */
  readonly description: string
  readonly x: Axis
  readonly y: Axis
  /** SVG in a square of 100 × 100. */
  readonly drawing: unknown
  /** HTML over the drawing. */
  readonly marks?: unknown
}

export const chart = ({ description, x, y, drawing, marks }: Chart): Html => html`
<div class="chart" role="img" aria-label="${description}">
  <div class="chart-y" aria-hidden="true">${y.ticks.map((tick) => html`<span style="top: ${upwards(y, tick)}%">${formatNumber(tick)}</span>`)}</div>
  <div class="chart-plot" aria-hidden="true"><svg viewBox="0 0 100 100" preserveAspectRatio="none">${y.ticks.map(
    (tick) => html`<line class="grid" x1="0" x2="100" y1="${upwards(y, tick)}" y2="${upwards(y, tick)}"></line>`,
  )}${drawing}</svg>${marks}<span class="chart-title">${y.title}</span></div>
  <div class="chart-x" aria-hidden="true">${x.ticks.map((tick) => html`<span style="left: ${across(x, tick)}%">${formatNumber(tick)}</span>`)}</div>
  <div class="chart-x-title" aria-hidden="true">${x.title}</div>
</div>`

/** A line through points of data. */
export const line = (x: Axis, y: Axis, points: readonly (readonly [number, number])[], color: string): Html =>
  html`<polyline points="${points.map(([at, value]) => `${across(x, at)},${upwards(y, value)}`).join(' ')}" style="stroke: ${color}"></polyline>`

export const chartStyles = `
.chart { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.35rem 0.5rem; font-size: 0.75rem; line-height: 1; color: var(--muted); font-variant-numeric: tabular-nums; padding-top: 1.7rem; }
.chart-y { position: relative; min-width: 2.4rem; }
.chart-y span { position: absolute; right: 0; transform: translateY(-50%); white-space: nowrap; }
.chart-plot { position: relative; height: var(--chart-height, 9.5rem); }
.chart-plot svg { display: block; width: 100%; height: 100%; overflow: visible; }
.chart-plot .grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
.chart-plot polyline { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.chart-title { position: absolute; left: 0; bottom: calc(100% + 0.6rem); white-space: nowrap; }
.chart-dot { position: absolute; width: 0.6rem; height: 0.6rem; margin: -0.3rem; border-radius: 50%; background: var(--color); box-shadow: 0 0 0 2px var(--card); }
.chart-rule { position: absolute; inset-block: 0; width: 0; border-left: 1.5px dashed var(--ink); }
.chart-rule span { position: absolute; top: 0; left: 0.4rem; white-space: nowrap; color: var(--ink); }
.chart-rule.flipped span { left: auto; right: 0.4rem; }
.chart-x { grid-column: 2; position: relative; height: 0.85rem; }
.chart-x span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.chart-x-title { grid-column: 2; text-align: center; padding-top: 0.15rem; }
`
