/**
 * Training steps of DeepLab-V3 beside the same network in PyTorch, on the same weights, images and cores: the default
 * network, and ResNet-50 with output stride 16 as it is fine-tuned. `node bench/segmenter.ts [small] [resnet50]`; Python
 * with PyTorch is found by SIXTEEN_PYTHON or in .venv.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { type Engine, openEngine } from '../functions/gpu/onnx/engine.ts'
import { float32Data, type HostTensor, uint8Data } from '../functions/gpu/onnx/hostTensor.ts'
import { type StoredTensor, writeSafetensors } from '../functions/gpu/onnx/safetensors.ts'
import { initialState, openTrainer } from '../functions/gpu/onnx/training.ts'
import { createRandom } from '../functions/gpu/random.ts'
import { defaultSegmenterFitOptions } from '../functions/gpu/segmenter/fitSegmenter.ts'
import { initialDeepLab } from '../functions/gpu/segmenter/initialWeights.ts'
import { type SegmenterNetwork, segmenterNetwork } from '../functions/gpu/segmenter/segmenter.ts'
import { segmenterTraining } from '../functions/gpu/segmenter/segmenterTraining.ts'
import { describeMachine } from './support/machine.ts'
import { pythonWithTorch } from './support/python.ts'

const threads = 2
const classes = 11
const rate = { learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4 }

interface Problem {
  readonly name: string
  readonly network: SegmenterNetwork
  readonly batch: number
  /** The first is not counted. */
  readonly steps: number
}

const size = { width: 128, height: 128 }
const problems: readonly Problem[] = [
  {
    name: 'small',
    network: segmenterNetwork({ backbone: 'small', outputStride: 8, size, classes }),
    batch: defaultSegmenterFitOptions.batch,
    steps: 9,
  },
  {
    name: 'resnet50',
    network: segmenterNetwork({ backbone: 'resnet50', outputStride: 16, size, classes }),
    batch: 8,
    steps: 4,
  },
]

interface Minibatches {
  readonly images: HostTensor
  readonly labels: HostTensor
}

/** Blocks of noise, whose labels follow from their brightness: something to learn, whatever it is. */
function minibatches({ batch, steps }: Problem): Minibatches {
  const random = createRandom(0, 'bench.segmenter')
  const [blocks, side] = [16, size.width / 16]
  const pixels = size.width * size.height
  const images = new Uint8Array(steps * batch * pixels * 3)
  const labels = new Uint8Array(steps * batch * pixels)
  for (let image = 0; image < steps * batch; image++) {
    const grid = Uint8Array.from({ length: blocks * blocks }, () => random.integer(classes))
    for (let pixel = 0; pixel < pixels; pixel++) {
      const [x, y] = [pixel % size.width, Math.floor(pixel / size.width)]
      const label = grid[Math.floor(y / side) * blocks + Math.floor(x / side)] ?? 0
      labels[image * pixels + pixel] = label
      images.fill(label * 20 + random.integer(20), 3 * (image * pixels + pixel), 3 * (image * pixels + pixel + 1))
    }
  }
  const shape = [steps, batch, size.height, size.width]
  return {
    images: { dtype: 'uint8', shape: [...shape, 3], data: images },
    labels: { dtype: 'uint8', shape, data: labels },
  }
}

interface Steps {
  /** Of the fastest step. */
  readonly seconds: number
  /** Processor time of all threads in the step that took least: what else the machine does hardly changes it. */
  readonly cpuSeconds: number
  readonly losses: readonly number[]
}

const classWeights = new Float32Array(classes).fill(1)

async function train(engine: Engine, { network, batch, steps }: Problem, given: Minibatches): Promise<Steps> {
  const choice = { ...rate, optimizer: 'sgd', steps: 1_000_000_000, batch, classWeights } as const
  const definition = segmenterTraining(network, choice)
  const trainer = await openTrainer(engine, definition, initialState(definition, initialDeepLab(network, 0)))
  const seconds: number[] = []
  const cpuSeconds: number[] = []
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    const one = Object.fromEntries(
      Object.entries(given).map(([name, tensor]: [string, HostTensor]) => {
        const data = uint8Data(tensor, name)
        const length = data.length / steps
        return [
          name,
          {
            dtype: 'uint8',
            shape: [1, ...tensor.shape.slice(1)],
            data: data.slice(step * length, (step + 1) * length),
          } as const,
        ]
      }),
    )
    const [start, cpu] = [performance.now(), process.cpuUsage()]
    const { loss } = await trainer.train(one)
    seconds.push((performance.now() - start) / 1000)
    const { user, system } = process.cpuUsage(cpu)
    cpuSeconds.push((user + system) / 1e6)
    losses.push(float32Data(loss, 'loss')[0] ?? Number.NaN)
  }
  await trainer.close()
  return { seconds: leastOf(seconds), cpuSeconds: leastOf(cpuSeconds), losses }
}

const leastOf = (values: readonly number[]): number => Math.min(...values.slice(1))

const numbers = z.array(z.number())
const Answer = z.object({ seconds: numbers, cpuSeconds: numbers, losses: numbers, version: z.string() })

function trainInPyTorch(python: string, { network }: Problem, given: Minibatches, channelsLast: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-bench-'))
  try {
    const { backbone, outputStride, headWidth } = network
    const task = { ...backbone, outputStride, headWidth, classes, threads, channelsLast, ...rate }
    writeFileSync(join(folder, 'task.json'), JSON.stringify(task))
    const all = [...initialDeepLab(network, 0), ...Object.entries(given)]
    const tensors = all.map(([name, tensor]) => [name, stored(tensor)] as const)
    const weights = { dtype: 'F32', shape: [classes], data: classWeights } as const
    writeFileSync(join(folder, 'start.safetensors'), writeSafetensors(new Map([...tensors, ['classWeights', weights]])))
    const script = join(import.meta.dirname, 'support/deeplab_steps.py')
    const { status, stdout, stderr } = spawnSync(python, [script, folder], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`the PyTorch steps failed: ${stderr}`)
    const { seconds, cpuSeconds, losses, version } = Answer.parse(JSON.parse(stdout))
    return { seconds: leastOf(seconds), cpuSeconds: leastOf(cpuSeconds), losses, version }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function stored({ shape, data }: HostTensor): StoredTensor {
  if (data instanceof Float32Array) return { dtype: 'F32', shape, data }
  if (data instanceof Uint8Array) return { dtype: 'U8', shape, data }
  throw new TypeError('weights are float32, images uint8')
}

const faster = <One extends Steps>(first: One, second: One): One => (first.seconds < second.seconds ? first : second)

const asked = process.argv.slice(2)
const found = pythonWithTorch()
const engine = openEngine({ device: 'cpu', threads })
const rows: string[][] = []
const versions = { torch: '' }
for (const problem of problems.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const given = minibatches(problem)
  // Two rounds, and of each the fastest step: what else the machine does then falls less on one of them.
  const rounds: Steps[] = []
  const theirs: (Steps & { readonly version: string })[] = []
  for (let round = 0; round < 2; round++) {
    rounds.push(await train(engine, problem, given))
    if (!('missing' in found))
      for (const channelsLast of [false, true]) theirs.push(trainInPyTorch(found.python, problem, given, channelsLast))
  }
  const own = rounds.reduce(faster)
  const { outputStride } = problem.network
  const what = `${problem.name}, output stride ${outputStride}, ${problem.batch} images of 128²`
  const row = (by: string, { seconds, cpuSeconds, losses }: Steps): string[] => [
    what,
    by,
    seconds.toFixed(3),
    (seconds / own.seconds).toFixed(2),
    cpuSeconds.toFixed(3),
    losses
      .slice(0, 3)
      .map((loss) => loss.toFixed(4))
      .join(' '),
  ]
  rows.push(row('this', own))
  if (theirs.length === 0) continue
  const best = theirs.reduce(faster)
  versions.torch = best.version
  rows.push(row('PyTorch', best))
}
console.log(
  `${describeMachine()}, ONNX Runtime ${engine.runtimeVersion}, PyTorch ${versions.torch}, ${threads} threads`,
)
await engine.close()
if ('missing' in found) console.log(`\n*** PyTorch SKIPPED: ${found.missing} ***\n`)
console.log(table(['network', 'by', 'seconds per step', '÷ this', 'processor seconds', 'first losses'], rows))
