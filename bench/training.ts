/**
 * Ten classifiers trained together in one graph, beside ten PyTorch loops on the same minibatches and beside ten graphs
 * of one member. `npm run bench:training`; Python with PyTorch is found by SIXTEEN_PYTHON or in .venv.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import {
  type Ensemble,
  type EnsembleShape,
  ensembleTensor,
  ensembleTensors,
  initialEnsemble,
  parameterShapes,
  statisticShapes,
} from '../functions/gpu/interpreter/ensemble.ts'
import { ensembleTraining } from '../functions/gpu/interpreter/ensembleTraining.ts'
import { minibatches } from '../functions/gpu/interpreter/pixelSplit.ts'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { type Engine, openEngine } from '../functions/gpu/onnx/engine.ts'
import { float32, float32Data, int32 } from '../functions/gpu/onnx/hostTensor.ts'
import { initialState, openTrainer } from '../functions/gpu/onnx/training.ts'
import { createRandom } from '../functions/gpu/random.ts'
import { describeMachine } from './support/machine.ts'
import { pythonWithTorch } from './support/python.ts'

const threads = 2
const steps = 100
const batch = 256
const pixels = 8192
const learningRate = 1e-3
/** The embedded generator's features. */
const shape: EnsembleShape = { members: 10, features: 976, hidden: [128, 32], parts: 11 }

interface Problem {
  readonly ensemble: Ensemble
  readonly features: Float32Array
  readonly labels: Int32Array
  /** [steps, members, batch] */
  readonly indices: Int32Array
}

/** Features around a centre of each part: learnable, so that losses and gradients are like those of real pixels. */
function problem(): Problem {
  const random = createRandom(0, 'bench.training')
  const centres = Float32Array.from({ length: shape.parts * shape.features }, () => random.normal() * 0.3)
  const labels = Int32Array.from({ length: pixels }, () => random.integer(shape.parts))
  const features = new Float32Array(pixels * shape.features)
  for (const [pixel, label] of labels.entries())
    for (let place = 0; place < shape.features; place++)
      features[pixel * shape.features + place] = (centres[label * shape.features + place] ?? 0) + random.normal()
  const all = Uint32Array.from({ length: pixels }, (_, pixel) => pixel)
  const pools = new Array<Uint32Array>(shape.members).fill(all)
  return {
    ensemble: initialEnsemble(shape, 0),
    features,
    labels,
    indices: minibatches(random, pools, 0, steps, batch),
  }
}

/** One member of a problem, as a problem of its own. */
function alone({ ensemble, features, labels, indices }: Problem, member: number): Problem {
  const shapes = { ...parameterShapes(shape), ...statisticShapes(shape) }
  const tensors = Object.keys(shapes).map((name): [string, Float32Array] => {
    const data = ensembleTensor(ensemble, name)
    const length = data.length / shape.members
    return [name, data.slice(member * length, (member + 1) * length)]
  })
  const own = new Int32Array(steps * batch)
  for (let step = 0; step < steps; step++) {
    const start = (step * shape.members + member) * batch
    own.set(indices.subarray(start, start + batch), step * batch)
  }
  return { ensemble: { shape: { ...shape, members: 1 }, tensors: new Map(tensors) }, features, labels, indices: own }
}

/** @returns the seconds of all steps, and the first layer's weights after them */
async function train(engine: Engine, { ensemble, features, labels, indices }: Problem) {
  const definition = ensembleTraining(ensemble.shape, { pixels, batch, learningRate })
  const trainer = await openTrainer(engine, definition, initialState(definition, ensembleTensors(ensemble)), {
    features: float32(features.slice(), [pixels, shape.features]),
    labels: int32(labels.slice()),
  })
  const start = performance.now()
  await trainer.train({ pixels: int32(indices, [steps, ensemble.shape.members, batch]) })
  const seconds = (performance.now() - start) / 1000
  const { tensors } = await trainer.state()
  await trainer.close()
  return { seconds, weight1: float32Data(tensors.get('weight1'), 'weight1') }
}

const Loops = z.object({ seconds: z.number(), version: z.string() })

function trainInPyTorch(python: string, { ensemble, features, labels, indices }: Problem) {
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-bench-'))
  try {
    const [first, second] = shape.hidden
    const lengths = { ...shape, first, second, steps, batch, pixels, threads, learningRate }
    writeFileSync(join(folder, 'task.json'), JSON.stringify(lengths))
    const weights = ['weight1', 'weight2', 'weight3'].map((name) => [name, ensembleTensor(ensemble, name)] as const)
    for (const [name, data] of [['features', features] as const, ...weights]) writeFileSync(join(folder, name), data)
    for (const [name, data] of Object.entries({ labels, indices })) writeFileSync(join(folder, name), data)
    const script = join(import.meta.dirname, 'support/ensemble_loops.py')
    const { status, stdout, stderr } = spawnSync(python, [script, folder], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`the PyTorch loops failed: ${stderr}`)
    const trained = readFileSync(join(folder, 'trained1'))
    const weight1 = new Float32Array(trained.buffer.slice(trained.byteOffset, trained.byteOffset + trained.byteLength))
    return { ...Loops.parse(JSON.parse(stdout)), weight1 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Largest and root mean square difference. */
function difference(left: Float32Array, right: Float32Array): readonly [largest: number, typical: number] {
  let [largest, squares] = [0, 0]
  for (const [index, value] of left.entries()) {
    const distance = Math.abs(value - (right[index] ?? Number.NaN))
    largest = Math.max(largest, distance)
    squares += distance ** 2
  }
  return [largest, Math.sqrt(squares / left.length)]
}

function fastest<Result extends { readonly seconds: number }>(first: Result, second: Result): Result {
  return first.seconds < second.seconds ? first : second
}

async function trainAlone(engine: Engine, given: Problem) {
  const weight1 = new Float32Array(ensembleTensor(given.ensemble, 'weight1').length)
  let seconds = 0
  for (let member = 0; member < shape.members; member++) {
    const trained = await train(engine, alone(given, member))
    seconds += trained.seconds
    weight1.set(trained.weight1, member * trained.weight1.length)
  }
  return { seconds, weight1 }
}

const engine = openEngine({ device: 'cpu', threads })
const given = problem()
const found = pythonWithTorch()
// Two rounds, and of each the faster: what else the machine does then falls less on one of them.
const batched = [await train(engine, given)]
const single = [await trainAlone(engine, given)]
const loops = 'missing' in found ? [] : [trainInPyTorch(found.python, given)]
batched.push(await train(engine, given))
single.push(await trainAlone(engine, given))
if (!('missing' in found)) loops.push(trainInPyTorch(found.python, given))
console.log(`${describeMachine()}, ONNX Runtime ${engine.runtimeVersion}, ${threads} threads`)
console.log(`${shape.members} members, D ${shape.features}, batch ${batch}, ${steps} steps`)
await engine.close()
if ('missing' in found) console.log(`\n*** PyTorch loops SKIPPED: ${found.missing} ***\n`)
const own = batched.reduce(fastest)
const row = (name: string, { seconds, weight1 }: typeof own): readonly string[] => [
  name,
  seconds.toFixed(2),
  (seconds / own.seconds).toFixed(1),
  ...difference(own.weight1, weight1).map((value) => value.toExponential(1)),
]
const rows = [row('one batched graph', own), row('ten graphs of one member', single.reduce(fastest))]
const [loop] = loops
if (loop !== undefined) rows.push(row(`ten PyTorch ${loop.version} loops`, loops.reduce(fastest)))
console.log(table(['training', 'seconds', '÷ batched', 'largest weight difference', 'root mean square'], rows))
