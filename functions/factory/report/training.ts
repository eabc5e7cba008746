import { html } from 'hono/html'
import type { ReportData, ReportLossCurve } from '../../../schemas/report.ts'
import { formatCount, formatNumber } from './format.ts'
import { plot } from './plot.ts'

/** Loss over the steps of each training, on the pixels trained on and on those held out. */
export const training = (report: ReportData) =>
  report.training.length > 0 &&
  html`
<section id="training" aria-labelledby="training-title"><div class="wrap">
  <h2 id="training-title">Training</h2>
  <p class="lead">Cross entropy over the steps, on the pixels trained on and on pixels held out. Held-out pixels decide when to stop.</p>
  <div class="body${report.training.length > 1 && ' columns'}">${report.training.map(
    (curve) => html`<figure class="card"><h3>${curve.name}</h3>${lossPlot(curve)}
    <figcaption class="keys small"><span class="key" style="--color: var(--accent)">trained on</span>${
      hasHeldOut(curve) && html`<span class="key" style="--color: var(--warn)">held out</span>`
    }${curve.keptStep !== null && html`<span>Weights of step ${formatCount(curve.keptStep)} were kept.</span>`}</figcaption></figure>`,
  )}</div>
</div></section>`

const hasHeldOut = (curve: ReportLossCurve): boolean => curve.points.some((point) => point.heldOut !== null)

function lossPlot({ name, points, keptStep }: ReportLossCurve) {
  const last = points.at(-1)
  const lastHeldOut = points.findLast((point) => point.heldOut !== null)?.heldOut
  const description =
    `Loss of the ${name} over ${formatCount(last?.step ?? 0)} steps: from ${formatNumber(points[0]?.train ?? 0)} to ` +
    `${formatNumber(last?.train ?? 0)} on the pixels trained on` +
    (lastHeldOut == null ? '.' : `, ${formatNumber(lastHeldOut)} at the end on those held out.`)
  const values = points.flatMap(({ step, train, heldOut }) => [
    { step, loss: train, pixels: 'train' },
    ...(heldOut === null ? [] : [{ step, loss: heldOut, pixels: 'heldOut' }]),
  ])
  return plot(
    {
      layer: [
        {
          data: { values: keptStep === null ? [] : [{ step: keptStep }] },
          mark: { type: 'rule', color: 'var(--muted)', strokeDash: [4, 3] },
          encoding: { x: { field: 'step', type: 'quantitative' } },
        },
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 2, strokeJoin: 'round', interpolate: 'monotone' },
          encoding: {
            x: { field: 'step', type: 'quantitative', axis: { title: 'step', tickCount: 5, format: '~s' } },
            y: { field: 'loss', type: 'quantitative', axis: { title: 'cross entropy, nats', tickCount: 5 } },
            color: {
              field: 'pixels',
              type: 'nominal',
              legend: null,
              scale: { domain: ['train', 'heldOut'], range: ['var(--accent)', 'var(--warn)'] },
            },
          },
        },
      ],
    },
    'column',
    description,
  )
}
