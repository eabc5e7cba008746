import { html } from 'hono/html'
import type { RunProgress } from '../../../../schemas/projectState.ts'
import type { ReportLossCurve } from '../../../../schemas/report.ts'
import { formatCount, formatNumber } from '../../../factory/report/format.ts'
import { across, chart, line, roundAxis, tightAxis, upwards } from '../charts.ts'
import { evenlySpread, type ReportDigest } from '../reading/runFacts.ts'

/** More points than this are not told apart at the width of a card. */
const mostPoints = 160

type Point = readonly [step: number, loss: number]

interface Curve {
  readonly title: string
  readonly points: readonly Point[]
  readonly heldOut: readonly Point[]
}

/** The losses so far of a training that is under way: held out, as that decides when it stops. */
export const progressLosses = ({ task, losses }: RunProgress) =>
  html`<div class="curves">${figure({ title: `Loss: ${task}`, points: [], heldOut: losses })}</div>`

/** The loss curves of a run that is done. */
export function finishedLosses({ training }: ReportDigest) {
  return html`<div class="curves${training.length > 1 && ' two'}">${training.map((curve) => figure(curveOf(curve)))}</div>`
}

const curveOf = ({ name, points }: ReportLossCurve): Curve => ({
  title: name,
  points: points.map(({ step, train }): Point => [step, train]),
  heldOut: points.flatMap(({ step, heldOut }): Point[] => (heldOut === null ? [] : [[step, heldOut]])),
})

function figure({ title, points, heldOut }: Curve) {
  const all = [...points, ...heldOut]
  const x = tightAxis('steps', largest(all.map(([step]) => step)), 4)
  const y = roundAxis('cross entropy, nats', largest(all.map(([, loss]) => loss)), 4)
  const drawn = (curve: readonly Point[], color: string) =>
    curve.length > 0 && line(x, y, evenlySpread(curve, mostPoints), color)
  const last = heldOut.at(-1) ?? points.at(-1)
  return html`<figure><h3>${title}</h3>${chart({
    description: describe({ title, points, heldOut }),
    x,
    y,
    drawing: [drawn(points, 'var(--accent)'), drawn(heldOut, 'var(--warn)')],
    marks:
      last &&
      html`<span class="chart-dot" style="left: ${across(x, last[0])}%; top: ${upwards(y, last[1])}%; --color: var(${heldOut.length > 0 ? '--warn' : '--accent'})"></span>`,
  })}<figcaption class="keys small">${
    points.length > 0 && html`<span class="key" style="--color: var(--accent)">pixels trained on</span>`
  }${heldOut.length > 0 && html`<span class="key" style="--color: var(--warn)">pixels held out${last && `: ${formatNumber(last[1])}`}</span>`}</figcaption></figure>`
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0)

function describe({ title, points, heldOut }: Curve): string {
  const told = (curve: readonly Point[], where: string): string => {
    const [first, last] = [curve[0], curve.at(-1)]
    if (first === undefined || last === undefined) return ''
    return ` ${where}: from ${formatNumber(first[1])} to ${formatNumber(last[1])} at step ${formatCount(last[0])}.`
  }
  return `${title}.${told(points, 'On the pixels trained on')}${told(heldOut, 'On pixels held out')}`
}
