/**
 * What a labelled image costs: the exact factory graph and the student beside a bare image and the naive construction,
 * and the features of training pixels, each in a process of its own.
 * `npm run bench:factory -- --only 1024`: the groups whose name holds the text.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { answerParent, givenTask, inChild } from './support/child.ts'
import { Built, type GraphKind, Measured, perform, type Setting, Task, threads } from './support/labelledImage.ts'
import { describeMachine, gibibytes } from './support/machine.ts'

interface Group extends Setting {
  readonly name: string
  /** What the published code needs for a labelled image of this kind, in bare ones. */
  readonly published: string
  /** Runs of a graph in one process, the first of which is not counted. */
  readonly runs: number
  readonly naiveRuns: number
  /** Of the label map's rows, that the naive construction is measured on: what it holds must fit into 16 GiB. */
  readonly naiveShare?: number
  /** Pixels of an image whose features a training reads: as many as 16 images get of the product's 256 MiB. */
  readonly pixels: number
}

const groups: readonly Group[] = [
  {
    generator: 'avatars',
    labelSide: 128,
    name: 'avatars 128², D 976',
    published: '32 (cat, 256²)',
    hidden: [128, 32],
    parts: 11,
    runs: 12,
    naiveRuns: 4,
    pixels: 4000,
  },
  {
    generator: 256,
    labelSide: 256,
    name: '256², D 5376',
    published: '32 (cat, 256²)',
    hidden: [128, 32],
    parts: 16,
    runs: 6,
    naiveRuns: 3,
    pixels: 780,
  },
  {
    generator: 512,
    labelSide: 512,
    name: '512², D 5504',
    published: '54 (car, 512²)',
    hidden: [128, 32],
    parts: 20,
    runs: 4,
    naiveRuns: 2,
    pixels: 762,
  },
  {
    generator: 512,
    labelSide: 512,
    name: '512², D 5504',
    published: '52 (face, 512²)',
    hidden: [256, 128],
    parts: 34,
    runs: 3,
    naiveRuns: 2,
    pixels: 762,
  },
  {
    generator: 1024,
    labelSide: 512,
    name: '1024² → 512², D 5568',
    published: '52 (face, 512²)',
    hidden: [256, 128],
    parts: 34,
    runs: 3,
    naiveRuns: 1,
    pixels: 753,
  },
  {
    generator: 1024,
    labelSide: 1024,
    name: '1024² → 1024², D 5568',
    published: '',
    hidden: [256, 128],
    parts: 34,
    runs: 2,
    naiveRuns: 1,
    naiveShare: 1 / 8,
    pixels: 753,
  },
]

type Result = Measured & Built

async function measure(setting: Setting, kind: GraphKind, runs: number, share = 1): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-bench-'))
  try {
    const file = join(folder, 'graph.onnx')
    const built = Built.parse(await inChild(import.meta.url, { ...setting, task: 'build', kind, share, file }))
    const { input, shape } = built
    return { ...built, ...Measured.parse(await inChild(import.meta.url, { task: 'run', file, input, shape, runs })) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Two rounds, and of both the faster: what else the machine does then falls less on one kind of graph. */
async function inTwoRounds(group: Group) {
  const round = async () => ({
    bare: await measure(group, 'bare', group.runs),
    exact: await measure(group, 'exact', group.runs),
    student: await measure(group, 'student', group.runs),
  })
  const [first, second] = [await round(), await round()]
  const faster = (kind: keyof typeof first) => (first[kind].seconds < second[kind].seconds ? first[kind] : second[kind])
  return { bare: faster('bare'), exact: faster('exact'), student: faster('student') }
}

/** The naive construction on the group's share of the rows, and how long all of them would take. */
async function naively(group: Group, bare: Result): Promise<Result> {
  const { naiveShare = 1 } = group
  const measured = await measure(group, 'naive', group.naiveRuns, naiveShare)
  const whole = (part: number, image: number): number => image + (part - image) / naiveShare
  return {
    ...measured,
    seconds: whole(measured.seconds, bare.seconds),
    multiplyAdds: whole(measured.multiplyAdds, bare.multiplyAdds),
  }
}

/** Rows for the table of what was measured, and for that of what was to be reached. */
async function rowsOf(group: Group): Promise<{ readonly measured: string[][]; readonly targets: string[] }> {
  const { name, published, hidden, parts, labelSide, naiveShare = 1, pixels, runs } = group
  const graphs = await inTwoRounds(group)
  const { bare, exact, student } = graphs
  const naive = await naively(group, bare)
  const features = Measured.parse(await inChild(import.meta.url, { ...group, task: 'features', pixels, runs }))
  const labels = `${hidden.join('/')}, ${parts} parts`
  const bound = exact.least / bare.multiplyAdds
  const naiveName = naiveShare === 1 ? 'naive' : `naive: ${labelSide * naiveShare} rows of ${labelSide}, extrapolated`
  const kinds = [
    ['bare', bare],
    [naiveName, naive],
    ['exact', exact],
    ['student', student],
  ] as const
  const measured = kinds.map(([kind, result]) => {
    const [labelled, exactly] = [result !== bare, result === exact || result === naive]
    return [
      labelled ? `${name}, ${labels}` : name,
      kind,
      result.seconds.toFixed(3),
      labelled ? (result.seconds / bare.seconds).toFixed(1) : '',
      exactly ? bound.toFixed(1) : '',
      labelled ? published : '',
      labelled ? (naive.seconds / result.seconds).toFixed(1) : '',
      gibibytes(result.peakBytes),
      (result.multiplyAdds / 1e9).toFixed(1),
      exactly ? (result.least / 1e9).toFixed(1) : '',
      (result.multiplyAdds / result.seconds / 1e9).toFixed(0),
    ]
  })
  const ratio = features.seconds / bare.seconds
  measured.push([
    name,
    `features of ${pixels} pixels`,
    features.seconds.toFixed(3),
    ratio.toFixed(1),
    '',
    '',
    '',
    gibibytes(features.peakBytes),
  ])
  return {
    measured,
    targets: [
      `${name}, ${labels}`,
      judged(student.seconds / bare.seconds, (value) => value <= 1.5),
      judged(exact.seconds / bare.seconds / bound, (value) => value <= 1.5),
      judged(naive.seconds / exact.seconds, (value) => value >= 8),
    ],
  }
}

function judged(value: number, reached: (value: number) => boolean): string {
  return `${value.toFixed(2)} ${reached(value) ? '✓' : '✗'}`
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
  const chosen = groups.filter(({ name }) => name.includes(values.only))
  if (chosen.length === 0) throw new RangeError(`--only ${values.only} fits none of ${groups.map(({ name }) => name)}`)
  const [first] = groups
  if (first === undefined) return
  const product = await measure(first, 'product', 6)
  console.log(`${describeMachine()}, ONNX Runtime ${product.runtimeVersion}, ${threads} threads`)
  console.log(`one product of 2048² matrices: ${(product.multiplyAdds / product.seconds / 1e9).toFixed(0)} GMAC/s\n`)
  const rows: Awaited<ReturnType<typeof rowsOf>>[] = []
  for (const group of chosen) rows.push(await rowsOf(group))
  const head = ['case', 'graph', 'seconds', '÷ bare', 'bound', 'published ÷ bare', 'naive ÷ it', 'peak GiB', 'GMAC']
  console.log(
    table(
      [...head, 'least GMAC', 'GMAC/s'],
      rows.flatMap(({ measured }) => measured),
    ),
  )
  const goals = ['student ÷ bare ≤ 1.5', 'exact ÷ bare ÷ bound ≤ 1.5', 'naive ÷ exact ≥ 8']
  console.log(
    `\n${table(
      ['targets', ...goals],
      rows.map(({ targets }) => targets),
    )}`,
  )
}

const given = givenTask()
if (given === undefined) await main()
else answerParent(await perform(Task.parse(given)))
