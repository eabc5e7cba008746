/**
 * What a labelled image costs: the exact factory graph and the student beside a bare image and the naive construction,
 * each in a process of its own. `npm run bench:factory`
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type EnsembleShape, initialEnsemble } from '../functions/gpu/interpreter/ensemble.ts'
import { exactLabeler } from '../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph, imageGraph } from '../functions/gpu/interpreter/factoryGraph.ts'
import { featureLength } from '../functions/gpu/interpreter/featureCollection.ts'
import type { Labeler } from '../functions/gpu/interpreter/labeler.ts'
import { studentLabeler, studentShape } from '../functions/gpu/interpreter/student.ts'
import { constant } from '../functions/gpu/onnx/constant.ts'
import { openEngine } from '../functions/gpu/onnx/engine.ts'
import { float32 } from '../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../functions/gpu/onnx/model.ts'
import { matmul } from '../functions/gpu/onnx/ops/linear.ts'
import { reduceSum } from '../functions/gpu/onnx/ops/reduce.ts'
import { input } from '../functions/gpu/onnx/tensor.ts'
import { sampleLatent } from '../functions/gpu/stylegan/latents.ts'
import { type GeneratorWeights, readGenerator } from '../functions/gpu/stylegan/weights.ts'
import { answerParent, givenTask, inChild } from './support/child.ts'
import { describeMachine, peakMemory } from './support/machine.ts'
import { multiplyAdds } from './support/multiplyAdds.ts'
import { naiveLabeler } from './support/naive.ts'
import { randomGenerator } from './support/randomGenerator.ts'
import { table } from './support/table.ts'

const threads = 2

const Setting = z.object({
  generator: z.enum(['avatars', 'random512']),
  hidden: z.tuple([z.number(), z.number()]),
  parts: z.number(),
})
type Setting = z.infer<typeof Setting>

const Task = z.discriminatedUnion('task', [
  /** Writes a graph into a file. `product` is one large matrix product: the speed that the runtime can reach here. */
  Setting.extend({
    task: z.literal('build'),
    kind: z.enum(['product', 'bare', 'exact', 'student', 'naive']),
    file: z.string(),
  }),
  /** Runs it, as a generating process does: it holds nothing but the file. */
  z.object({
    task: z.literal('run'),
    file: z.string(),
    input: z.string(),
    shape: z.array(z.number()),
    runs: z.number().min(2),
  }),
])
type Build = Extract<z.infer<typeof Task>, { task: 'build' }>
type Run = Extract<z.infer<typeof Task>, { task: 'run' }>

const Built = z.object({
  input: z.string(),
  shape: z.array(z.number()),
  multiplyAdds: z.number(),
  /** Multiply-adds that no exact construction avoids: image, first layers at the taps' own resolution, later layers. */
  least: z.number(),
})

const Measured = z.object({
  /** The fastest of the runs after a first one that is not counted: what else the machine does only ever adds. */
  seconds: z.number(),
  peakBytes: z.number(),
  runtimeVersion: z.string(),
})

function build(task: Build): z.infer<typeof Built> {
  const { model, least, ...feed } = task.kind === 'product' ? largeProduct() : imageModel(task)
  writeFileSync(task.file, model)
  return { ...feed, multiplyAdds: multiplyAdds(model), least }
}

async function run({ file, input: name, shape, runs }: Run): Promise<z.infer<typeof Measured>> {
  const engine = openEngine({ device: 'cpu', threads })
  const session = await engine.load(readFileSync(file))
  const length = shape.reduce((product, axis) => product * axis, 1)
  const feeds = { [name]: float32(Float32Array.from(sampleLatent(0, length)), shape) }
  const seconds: number[] = []
  for (let count = 0; count < runs; count++) {
    const start = performance.now()
    await session.run(feeds)
    seconds.push((performance.now() - start) / 1000)
  }
  const runtimeVersion = engine.runtimeVersion ?? 'unknown'
  await engine.close()
  return { seconds: Math.min(...seconds.slice(1)), peakBytes: peakMemory(), runtimeVersion }
}

function largeProduct() {
  const side = 2048
  const x = input('x', 'float32', [side, side])
  const matrix = new Float32Array(side * side).fill(0.5)
  return {
    model: buildModel({ name: 'product', outputs: { sum: reduceSum(matmul(x, constant(matrix, [side, side]))) } })
      .bytes,
    input: 'x',
    shape: [side, side],
    least: side ** 3,
  }
}

function imageModel({ kind, generator, hidden, parts }: Build) {
  const weights = readGenerator(
    generator === 'avatars'
      ? readFileSync(new URL('../models/avatars/generator.safetensors', import.meta.url))
      : randomGenerator({ resolution: 512 }),
  )
  const side = weights.resolution
  const size = { width: side, height: side }
  const shape: EnsembleShape = { members: 10, features: featureLength(weights), hidden, parts }
  const labeler = (): Labeler => {
    if (kind === 'naive') return naiveLabeler(initialEnsemble(shape, 1), size)
    if (kind === 'student')
      return studentLabeler(initialEnsemble(studentShape(shape), 1), { size, members: shape.members })
    return exactLabeler(initialEnsemble(shape, 1), { size })
  }
  const bare = imageGraph(weights, 1).bytes
  const model = kind === 'bare' ? bare : factoryGraph(weights, labeler(), { truncation: 1, size }).bytes
  return {
    model,
    input: 'z',
    shape: [1, weights.latentLength],
    least: multiplyAdds(bare) + (kind === 'bare' ? 0 : leastForLabels(weights, shape, side)),
  }
}

function leastForLabels(weights: GeneratorWeights, { members, hidden, parts }: EnsembleShape, side: number): number {
  const [first, second] = hidden
  const firstLayers = weights.blocks.reduce((sum, own) => {
    const [channels = 0] = weights.get(`synthesis.b${own}.conv1.weight`).shape
    return sum + Math.min(own, side) ** 2 * channels * (own === 4 ? 1 : 2) * first * members
  }, 0)
  return firstLayers + side ** 2 * members * (first * second + second * parts)
}

async function measure(setting: Setting, kind: Build['kind'], runs: number) {
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-bench-'))
  try {
    const file = join(folder, 'graph.onnx')
    const built = Built.parse(await inChild(import.meta.url, { ...setting, task: 'build', kind, file }))
    const { input: name, shape } = built
    return {
      ...built,
      ...Measured.parse(await inChild(import.meta.url, { task: 'run', file, input: name, shape, runs })),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function inTurn<Kind extends string, Result>(
  kinds: readonly Kind[],
  of: (kind: Kind) => Result | Promise<Result>,
): Promise<Record<Kind, Result>> {
  const entries: [Kind, Result][] = []
  for (const kind of kinds) entries.push([kind, await of(kind)])
  // Every kind has its entry: fromEntries only cannot say so.
  return Object.fromEntries(entries) as Record<Kind, Result>
}

async function main(): Promise<void> {
  /** `published`: what the published code needs for a labelled image of this kind, in bare ones. */
  const groups: readonly (Setting & { readonly name: string; readonly published: string; readonly runs: number })[] = [
    {
      generator: 'avatars',
      name: 'avatars 128², D 976',
      published: '32 (cat, 256²)',
      hidden: [128, 32],
      parts: 11,
      runs: 12,
    },
    {
      generator: 'random512',
      name: '512², D 5504',
      published: '54 (car, 512²)',
      hidden: [128, 32],
      parts: 20,
      runs: 4,
    },
    {
      generator: 'random512',
      name: '512², D 5504',
      published: '52 (face, 512²)',
      hidden: [256, 128],
      parts: 34,
      runs: 4,
    },
  ]
  const product = await measure({ generator: 'avatars', hidden: [128, 32], parts: 2 }, 'product', 6)
  console.log(`${describeMachine()}, ONNX Runtime ${product.runtimeVersion}, ${threads} threads`)
  console.log(`one product of 2048² matrices: ${(product.multiplyAdds / product.seconds / 1e9).toFixed(0)} GMAC/s\n`)
  const rows: string[][] = []
  for (const { name, published, runs, ...setting } of groups) {
    const kinds = ['bare', 'naive', 'exact', 'student'] as const
    const first = await inTurn(kinds, (kind) => measure(setting, kind, kind === 'naive' ? 3 : runs))
    // A second round, and of both the faster: what else the machine does then falls less on one of them.
    const second = await inTurn(kinds, (kind) => (kind === 'naive' ? first[kind] : measure(setting, kind, runs)))
    const best = (kind: (typeof kinds)[number]) =>
      first[kind].seconds < second[kind].seconds ? first[kind] : second[kind]
    const [bare, naive] = [best('bare'), best('naive')]
    for (const kind of kinds) {
      const result = best(kind)
      const labelled = kind !== 'bare'
      const exactly = kind === 'exact' || kind === 'naive'
      rows.push([
        `${name}${labelled ? `, ${setting.hidden.join('/')}, ${setting.parts} parts` : ''}`,
        kind,
        result.seconds.toFixed(3),
        labelled ? (result.seconds / bare.seconds).toFixed(1) : '',
        exactly ? (result.least / bare.multiplyAdds).toFixed(1) : '',
        labelled ? published : '',
        labelled ? (naive.seconds / result.seconds).toFixed(1) : '',
        (result.peakBytes / 2 ** 30).toFixed(2),
        (result.multiplyAdds / 1e9).toFixed(1),
        exactly ? (result.least / 1e9).toFixed(1) : '',
        (result.multiplyAdds / result.seconds / 1e9).toFixed(0),
      ])
    }
  }
  const head = ['case', 'graph', 'seconds', '÷ bare', 'bound', 'published ÷ bare', 'naive ÷ it', 'peak GiB', 'GMAC']
  console.log(table([...head, 'least GMAC', 'GMAC/s'], rows))
}

const given = givenTask()
if (given === undefined) await main()
else {
  const task = Task.parse(given)
  answerParent(task.task === 'build' ? build(task) : await run(task))
}
