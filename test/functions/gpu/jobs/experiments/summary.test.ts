import { describe, expect, test } from 'vitest'
import { lossChain } from '../../../../../functions/gpu/jobs/experiments/losses.ts'
import { miouPlot } from '../../../../../functions/gpu/jobs/experiments/plot.ts'
import {
  fullySupervised,
  meanAndDeviation,
  resultsOf,
  summarize,
} from '../../../../../functions/gpu/jobs/experiments/summary.ts'
import { resultsTable } from '../../../../../functions/gpu/jobs/experiments/table.ts'
import type { Arm, OursArm, TrialRecord } from '../../../../../schemas/experiment.ts'
import { tinySettings } from './tinyExperiment.ts'

const standard: OursArm = {
  kind: 'ours',
  generated: 1000,
  seeds: 16,
  filter: 0.1,
  truncation: 1,
  members: 10,
  chosen: 'random',
  labeler: 'student',
}
const parts = [
  { id: 0, name: 'background', color: '#000000' },
  { id: 1, name: 'hair', color: '#ff0000' },
]

function record(arm: Arm, randomSeed: number, miou: number, more: Partial<TrialRecord> = {}): TrialRecord {
  return {
    schemaVersion: 1,
    trial: { id: '0123456789abcdef', arm, randomSeed },
    options: tinySettings.segmenter,
    images: { training: 9, heldOut: 1 },
    miou: { presentOnly: miou, absentAsZero: miou / 2 },
    parts: [
      { id: 0, name: 'background', iou: miou },
      { id: 1, name: 'hair', iou: null },
    ],
    heldOut: { presentOnly: 0.9, absentAsZero: 0.9 },
    notes: [],
    steps: 100,
    seconds: 60,
    machine: { device: 'cpu', description: 'A processor', threads: 2, versions: { sixteen: '0.1.0', node: '24.0.0' } },
    ...more,
  }
}

const hairy = parts.map(({ id, name }) => ({ id, name, iou: 0.5 }))
const interpreter = { presentOnly: 0.7, absentAsZero: 0.7, images: 100 }
const records = [
  record({ kind: 'supervised', images: 16 }, 0, 0.5),
  record({ kind: 'supervised', images: 1000 }, 0, 0.8),
  record({ kind: 'supervised', images: 16 }, 1, 0.6),
  record({ kind: 'supervised', images: 1000 }, 1, 0.8),
  record({ kind: 'annotated', generated: 1000 }, 0, 0.75),
  record({ ...standard, filter: 0 }, 0, 0.65, { interpreter }),
  record(standard, 0, 0.69, { interpreter, parts: hairy }),
]

describe('mean and deviation', () => {
  test('are those of a sample', () => {
    // Mean 5, squares 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32 over 7.
    const { mean, deviation } = meanAndDeviation([2, 4, 4, 4, 5, 5, 7, 9])
    expect(mean).toBe(5)
    expect(deviation).toBeCloseTo(Math.sqrt(32 / 7), 12)
  })

  test('are its value and none for a single one', () => {
    expect(meanAndDeviation([3])).toEqual({ mean: 3, deviation: null })
  })
})

describe('a summary', () => {
  test('brings the trials of an arm together', () => {
    const [sixteen] = summarize(records)
    expect(sixteen?.trials).toBe(2)
    expect(sixteen?.miou.mean).toBeCloseTo(0.55, 12)
    expect(sixteen?.miou.deviation).toBeCloseTo(0.1 / Math.SQRT2, 12)
    expect(sixteen?.absentAsZero.mean).toBeCloseTo(0.275, 12)
    expect(sixteen?.parts[1]).toBeNull()
    expect(sixteen?.interpreter).toBeNull()
  })

  test('finds the supervised arm with most images', () => {
    expect(fullySupervised(summarize(records))?.arm).toEqual({ kind: 'supervised', images: 1000 })
    expect(fullySupervised([])).toBeUndefined()
  })
})

describe('the chain of losses', () => {
  test('changes one thing at a time', () => {
    const chain = lossChain(summarize(records), standard)
    expect(chain.map(({ change, miou }) => [change, miou])).toEqual([
      ['', 0.8],
      ['the generator', 0.75],
      ['the interpreter', 0.65],
      ['the filter', 0.69],
    ])
    expect(chain.map(({ difference }) => difference?.toFixed(4))).toEqual([undefined, '-0.0500', '-0.1000', '0.0400'])
  })

  test('says what came in together where an arm is missing', () => {
    const without = records.filter(({ trial: { arm } }) => arm.kind !== 'ours' || arm.filter > 0)
    expect(lossChain(summarize(without), standard).at(-1)?.change).toBe('interpreter and filter')
    expect(lossChain(summarize(records.slice(0, 4)), standard)).toEqual([])
    expect(lossChain(summarize(records.slice(4)), standard)[0]?.change).toBe('')
  })
})

const facts = {
  data: 'faces',
  preset: 'quick',
  parts,
  testImages: 300,
  leftOut: [{ name: 'transfer learning', reason: 'there are no weights of another task' }],
}

test('the table is Markdown', () => {
  expect(resultsTable(resultsOf(facts, records), standard)).toBe(`# Experiment on faces, preset quick

mIoU on 300 real test images that nothing else uses, over 2 parts, the background
included. *mIoU*: parts that occur; *absent as 0*: the definition of the code published with DatasetGAN. Mean ± sample
deviation over random seeds, which decide initial weights and order, the images, and the painted seeds.

| arm                                               | trials | mIoU          | absent as 0   | ÷ full | seconds |
|---------------------------------------------------|--------|---------------|---------------|--------|---------|
| supervised, 16 real images                        | 2      | 0.550 ± 0.071 | 0.275 ± 0.035 | 0.69   | 60      |
| supervised, 1,000 real images                     | 2      | 0.800 ± 0.000 | 0.400 ± 0.000 | 1.00   | 60      |
| 1,000 generated images, labelled by the annotator | 1      | 0.750         | 0.375         | 0.94   | 60      |
| ours, 1,000 images, 16 seeds, filter 0 %, ψ 1     | 1      | 0.650         | 0.325         | 0.81   | 60      |
| ours, 1,000 images, 16 seeds, filter 10 %, ψ 1    | 1      | 0.690         | 0.345         | 0.86   | 60      |

*full*: supervised, 1,000 real images.

## IoU of each part

| arm                                               | background | hair  |
|---------------------------------------------------|------------|-------|
| supervised, 16 real images                        | 0.550      | –     |
| supervised, 1,000 real images                     | 0.800      | –     |
| 1,000 generated images, labelled by the annotator | 0.750      | –     |
| ours, 1,000 images, 16 seeds, filter 0 %, ψ 1     | 0.650      | –     |
| ours, 1,000 images, 16 seeds, filter 10 %, ψ 1    | 0.500      | 0.500 |

## Where it is lost

The same number of images all along:

| learned from                                | what came in    | mIoU  | difference |
|---------------------------------------------|-----------------|-------|------------|
| real images, true labels                    |                 | 0.800 |            |
| generated images, labels of the annotator   | the generator   | 0.750 | −0.050     |
| generated images, labels of the interpreter | the interpreter | 0.650 | −0.100     |
| the same without the most uncertain 10 %    | the filter      | 0.690 | +0.040     |

*interpreter*: its labels of generated images against the annotator’s. *held out*: the segmenter on generated images
that it did not learn, against the labels of its kind. *real*: the segmenter on the test images.

| arm                                               | interpreter | held out | real  |
|---------------------------------------------------|-------------|----------|-------|
| 1,000 generated images, labelled by the annotator | –           | 0.900    | 0.750 |
| ours, 1,000 images, 16 seeds, filter 0 %, ψ 1     | 0.700       | 0.900    | 0.650 |
| ours, 1,000 images, 16 seeds, filter 10 %, ψ 1    | 0.700       | 0.900    | 0.690 |

## Left out

- transfer learning: there are no weights of another task

## Made on

- A processor, cpu, 2 threads, sixteen 0.1.0, node 24.0.0
`)
})

describe('the plot', () => {
  test('is an SVG with the line of full supervision, and names what has no size', async () => {
    const more = [...records, record({ kind: 'transfer' }, 0, 0.25)]
    const svg = await miouPlot(summarize(more), standard)
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/)
    expect(svg).toContain('transfer learning: 0.250')
    expect(svg).toContain('mIoU on real test images')
    expect(svg).toContain('supervised: real images')
    expect(svg).not.toContain('NaN')
  })

  test('is drawn before anything is done, too', async () => {
    expect(await miouPlot([], standard)).not.toContain('NaN')
  })
})
