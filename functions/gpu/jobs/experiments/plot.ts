import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { ArmSummary, OursArm } from '../../../../schemas/experiment.ts'
import { armSlug } from './arms.ts'
import { fullySupervised } from './summary.ts'

const colours = { supervised: '#5b6470', ours: '#0b6bcb', others: '#b3541e' }
const series = { supervised: 'supervised: real images', ours: 'ours: generated images' }
const size = { width: 640, height: 340 }

type PlotSpec = Extract<TopLevelSpec, { layer: unknown }>

const miouAxis = {
  field: 'miou',
  type: 'quantitative' as const,
  scale: { domain: [0, 1] },
  axis: { title: 'mIoU on real test images' },
}
const lowEnd = { field: 'low', type: 'quantitative' as const }
const imagesAxis = (counts: readonly number[]) => ({
  field: 'images',
  type: 'quantitative' as const,
  scale: { type: 'log' as const, domain: [Math.min(10, ...counts), Math.max(10_000, ...counts)] },
  axis: { title: 'images learned', format: ',d', values: [1, 10, 100, 1000, 10_000, 100_000] },
})

interface Point {
  readonly series: string
  readonly images: number
  readonly miou: number
  readonly low: number
  readonly high: number
}

/**
 * mIoU against the number of images learned, with the line of full supervision: a whole SVG file on white.
 * @param standard the arm of the method that is shown, whatever its number of images
 */
export async function miouPlot(arms: readonly ArmSummary[], standard: OursArm): Promise<string> {
  const points = [
    ...arms.flatMap((summary) =>
      summary.arm.kind === 'supervised' ? [pointOf(summary, series.supervised, summary.arm.images)] : [],
    ),
    ...arms.flatMap((summary) =>
      isStandard(summary.arm, standard) ? [pointOf(summary, series.ours, summary.arm.generated)] : [],
    ),
  ]
  const full = fullySupervised(arms)
  const others = arms
    .filter(({ arm }) => arm.kind === 'transfer' || arm.kind === 'semi-supervised')
    .map(({ name, miou }) => ({ name: `${name}: ${miou.mean.toFixed(3)}`, miou: miou.mean }))
  const x = imagesAxis(points.map(({ images }) => images))
  const color = {
    field: 'series',
    type: 'nominal' as const,
    scale: { domain: [series.supervised, series.ours], range: [colours.supervised, colours.ours] },
    legend: { title: null, orient: 'top' as const, labelLimit: 400 },
  }
  const fullBand = full === undefined ? [] : [{ ...spreadOf(full), miou: full.miou.mean }]
  const layer: PlotSpec['layer'] = [
    {
      data: { values: fullBand },
      mark: { type: 'rect', color: colours.supervised, opacity: 0.15 },
      encoding: { y: lowEnd, y2: { field: 'high' } },
    },
    {
      data: { values: fullBand },
      mark: { type: 'rule', color: colours.supervised, strokeDash: [6, 4] },
      encoding: { y: miouAxis },
    },
    {
      data: { values: others },
      mark: { type: 'rule', color: colours.others, strokeDash: [2, 3] },
      encoding: { y: miouAxis },
    },
    {
      data: { values: others },
      mark: { type: 'text', color: colours.others, align: 'right', dy: -6, x: size.width },
      encoding: { y: miouAxis, text: { field: 'name' } },
    },
    {
      data: { values: points },
      mark: { type: 'line', point: true },
      encoding: { x, y: miouAxis, color },
    },
    {
      data: { values: points.filter(({ low, high }) => high > low) },
      mark: { type: 'rule' },
      encoding: { x, y: lowEnd, y2: { field: 'high' }, color },
    },
  ]
  const spec: TopLevelSpec = {
    ...size,
    background: 'white',
    padding: 8,
    config: { font: 'system-ui, sans-serif', view: { stroke: null }, axis: { ticks: false, gridColor: '#e4e7eb' } },
    layer,
  }
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG()
}

/** Whether only the number of images tells the arm from the standard one. */
function isStandard(arm: ArmSummary['arm'], standard: OursArm): arm is OursArm {
  return arm.kind === 'ours' && armSlug(arm) === armSlug({ ...standard, generated: arm.generated })
}

function pointOf(summary: ArmSummary, name: string, images: number): Point {
  return { series: name, images, miou: summary.miou.mean, ...spreadOf(summary) }
}

/** Mean minus and plus deviation, which a single trial has not. */
function spreadOf({ miou: { mean, deviation } }: ArmSummary): { readonly low: number; readonly high: number } {
  return { low: mean - (deviation ?? 0), high: mean + (deviation ?? 0) }
}
