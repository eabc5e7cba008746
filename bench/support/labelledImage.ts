/** What a process of its own does to measure one graph: it builds it into a file, or it runs it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { type EnsembleShape, initialEnsemble } from '../../functions/gpu/interpreter/ensemble.ts'
import { exactLabeler } from '../../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph, imageGraph } from '../../functions/gpu/interpreter/factoryGraph.ts'
import { featureLength, openFeatureReader } from '../../functions/gpu/interpreter/featureCollection.ts'
import type { Labeler } from '../../functions/gpu/interpreter/labeler.ts'
import { studentLabeler, studentShape } from '../../functions/gpu/interpreter/student.ts'
import { constant } from '../../functions/gpu/onnx/constant.ts'
import { type Engine, openEngine } from '../../functions/gpu/onnx/engine.ts'
import { float32 } from '../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../functions/gpu/onnx/model.ts'
import { matmul } from '../../functions/gpu/onnx/ops/linear.ts'
import { reduceSum } from '../../functions/gpu/onnx/ops/reduce.ts'
import { elementCount } from '../../functions/gpu/onnx/shape.ts'
import { input } from '../../functions/gpu/onnx/tensor.ts'
import { createRandom } from '../../functions/gpu/random.ts'
import type { Precision } from '../../functions/gpu/stylegan/halfPrecision.ts'
import { sampleLatent } from '../../functions/gpu/stylegan/latents.ts'
import { type GeneratorWeights, readGenerator } from '../../functions/gpu/stylegan/weights.ts'
import { peakMemory } from './machine.ts'
import { multiplyAdds } from './multiplyAdds.ts'
import { naiveLabeler } from './naive.ts'
import { randomGenerator } from './randomGenerator.ts'

export const threads = 2

/** A generator and an ensemble on it. */
const Setting = z.object({
  /** The embedded one, or the side of a config-f with random weights. */
  generator: z.union([z.literal('avatars'), z.number()]),
  /** Pixels per side of the label map. */
  labelSide: z.number(),
  hidden: z.tuple([z.number(), z.number()]),
  parts: z.number(),
})
export type Setting = z.infer<typeof Setting>

const GraphKind = z.enum(['product', 'bare', 'exact', 'student', 'naive'])
export type GraphKind = z.infer<typeof GraphKind>

export const Task = z.discriminatedUnion('task', [
  /** Writes a graph into a file. `product` is one large matrix product: the speed that the runtime can reach here. */
  Setting.extend({
    task: z.literal('build'),
    kind: GraphKind,
    share: z.number(),
    precision: z.enum(['float32', 'float16']).default('float32'),
    file: z.string(),
  }),
  /** Runs it, as a generating process does: it holds nothing but the file. */
  z.object({
    task: z.literal('run'),
    file: z.string(),
    input: z.string(),
    shape: z.array(z.number()),
    runs: z.number().min(1),
  }),
  /** Reads features of some pixels, as a training process does: it holds the generator, too. */
  Setting.extend({ task: z.literal('features'), pixels: z.number(), runs: z.number().min(1) }),
])
export type Task = z.infer<typeof Task>

export const Built = z.object({
  input: z.string(),
  shape: z.array(z.number()),
  multiplyAdds: z.number(),
  /** Multiply-adds that no exact construction avoids: image, first layers at the taps' own resolution, later layers. */
  least: z.number(),
})

export type Built = z.infer<typeof Built>

export const Measured = z.object({
  /** The fastest of the runs; the first is not counted where there are others: what else the machine does only adds. */
  seconds: z.number(),
  peakBytes: z.number(),
  runtimeVersion: z.string(),
})
export type Measured = z.infer<typeof Measured>

export async function perform(task: Task): Promise<Built | Measured> {
  if (task.task === 'build') return build(task)
  return task.task === 'run' ? run(task) : readFeatures(task)
}

function build({ kind, file, share, precision, ...setting }: Extract<Task, { task: 'build' }>): Built {
  const { model, least, ...feed } = kind === 'product' ? largeProduct() : imageModel(setting, kind, share, precision)
  writeFileSync(file, model)
  return { ...feed, multiplyAdds: multiplyAdds(model), least }
}

async function run({ file, input: name, shape, runs }: Extract<Task, { task: 'run' }>): Promise<Measured> {
  const engine = openEngine({ device: 'cpu', threads })
  const session = await engine.load(readFileSync(file))
  const length = elementCount(shape)
  const feeds = { [name]: float32(Float32Array.from(sampleLatent(0, length)), shape) }
  return timed(engine, runs, () => session.run(feeds))
}

async function readFeatures({ pixels: count, runs, ...setting }: Extract<Task, { task: 'features' }>) {
  const { labelSide: side } = setting
  const engine = openEngine({ device: 'cpu', threads })
  const size = { width: side, height: side }
  const reader = await openFeatureReader(engine, weightsOf(setting), { truncation: 1, size })
  const random = createRandom(0, 'bench.features')
  const pixels = Array.from({ length: count }, () => random.integer(side * side)).toSorted((a, b) => a - b)
  return timed(engine, runs, () => reader.read({ seed: 0, pixels }))
}

async function timed(engine: Engine, runs: number, work: () => Promise<unknown>): Promise<Measured> {
  const seconds: number[] = []
  for (let count = 0; count < runs; count++) {
    const start = performance.now()
    await work()
    seconds.push((performance.now() - start) / 1000)
  }
  const runtimeVersion = engine.runtimeVersion ?? 'unknown'
  await engine.close()
  return { seconds: Math.min(...seconds.slice(runs === 1 ? 0 : 1)), peakBytes: peakMemory(), runtimeVersion }
}

function largeProduct() {
  const side = 2048
  const x = input('x', 'float32', [side, side])
  const matrix = constant(new Float32Array(side * side).fill(0.5), [side, side])
  return {
    model: buildModel({ name: 'product', outputs: { sum: reduceSum(matmul(x, matrix)) } }).bytes,
    input: 'x',
    shape: [side, side],
    least: side ** 3,
  }
}

function weightsOf({ generator }: Pick<Setting, 'generator'>): GeneratorWeights {
  return readGenerator(
    generator === 'avatars'
      ? readFileSync(new URL('../../models/avatars/generator.safetensors', import.meta.url))
      : randomGenerator({ resolution: generator }),
  )
}

function imageModel(setting: Setting, kind: GraphKind, share: number, precision: Precision) {
  const { hidden, parts, labelSide: side } = setting
  const weights = weightsOf(setting)
  const size = { width: side, height: side * share }
  const shape: EnsembleShape = { members: 10, features: featureLength(weights), hidden, parts }
  const labeler = (): Labeler => {
    if (kind === 'naive') return naiveLabeler(initialEnsemble(shape, 1), size, share)
    if (kind === 'student')
      return studentLabeler(initialEnsemble(studentShape(shape), 1), { size, members: shape.members })
    return exactLabeler(initialEnsemble(shape, 1), { size })
  }
  const bare = imageGraph(weights, 1).bytes
  return {
    model: kind === 'bare' ? bare : factoryGraph(weights, labeler(), { truncation: 1, size, precision }).bytes,
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
