/**
 * Forward and backward passes of the layers of a DeepLab-V3 with ResNet-50, beside the same in PyTorch.
 * `npm run bench:convolution`; Python with PyTorch is found by SIXTEEN_PYTHON or in .venv. `--side 256` for other images.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { gradients } from '../functions/gpu/onnx/autodiff.ts'
import { type Engine, type KeptTensor, openEngine } from '../functions/gpu/onnx/engine.ts'
import { float32, type HostTensor, int32 } from '../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../functions/gpu/onnx/model.ts'
import { convolution } from '../functions/gpu/onnx/ops/convolution.ts'
import { mul, relu } from '../functions/gpu/onnx/ops/elementwise.ts'
import { imageBatchNormTraining } from '../functions/gpu/onnx/ops/imageNormalization.ts'
import { pixelCrossEntropy } from '../functions/gpu/onnx/ops/pixelCrossEntropy.ts'
import { maxPool } from '../functions/gpu/onnx/ops/pooling.ts'
import { reduceSum } from '../functions/gpu/onnx/ops/reduce.ts'
import { bilinearResize } from '../functions/gpu/onnx/ops/resize.ts'
import { elementCount } from '../functions/gpu/onnx/shape.ts'
import { input, type Tensor } from '../functions/gpu/onnx/tensor.ts'
import { createRandom } from '../functions/gpu/random.ts'
import { describeMachine } from './support/machine.ts'
import { pythonWithTorch } from './support/python.ts'

const threads = 2
const rounds = 9
const turns = 3
const batch = 8

interface Convolution {
  readonly kind: 'convolution' | 'stem'
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
}

type Kind =
  | Convolution
  | { readonly kind: 'normalization' | 'maximum' | 'loss' }
  | { readonly kind: 'resize'; readonly size: number }

type Layer = Kind & { readonly name: string; readonly image: readonly [number, number, number, number] }

/** @param side height and width of the images; output stride 16 */
function layersOf(side: number): readonly Layer[] {
  const convolved = (
    name: string,
    channels: number,
    outputs: number,
    divisor: number,
    kernel: number,
    { stride = 1, dilation = 1, kind = 'convolution' as Convolution['kind'] } = {},
  ): Layer => {
    const length = side / divisor
    return { name, kind, image: [batch, channels, length, length], outputs, kernel, stride, dilation }
  }
  const other = (name: string, kind: Kind, channels: number, divisor: number): Layer => {
    const length = side / divisor
    return { name, ...kind, image: [batch, channels, length, length] }
  }
  return [
    convolved('stem 7 × 7, stride 2', 3, 64, 1, 7, { stride: 2, kind: 'stem' }),
    convolved('stage 1, 3 × 3, 64 → 64', 64, 64, 4, 3),
    convolved('stage 1, 1 × 1, 64 → 256', 64, 256, 4, 1),
    convolved('stage 2, 3 × 3 stride 2, 128 → 128', 128, 128, 4, 3, { stride: 2 }),
    convolved('stage 2, 1 × 1 stride 2, 256 → 512', 256, 512, 4, 1, { stride: 2 }),
    convolved('stage 2, 3 × 3, 128 → 128', 128, 128, 8, 3),
    convolved('stage 3, 3 × 3, 256 → 256', 256, 256, 16, 3),
    convolved('stage 3, 1 × 1, 1024 → 256', 1024, 256, 16, 1),
    convolved('stage 4, 3 × 3 dilation 2, 512 → 512', 512, 512, 16, 3, { dilation: 2 }),
    convolved('stage 4, 1 × 1, 512 → 2048', 512, 2048, 16, 1),
    convolved('pyramid, 3 × 3 dilation 6, 2048 → 256', 2048, 256, 16, 3, { dilation: 6 }),
    convolved('pyramid, 3 × 3 dilation 18, 2048 → 256', 2048, 256, 16, 3, { dilation: 18 }),
    other('batch norm and ReLU, 256 channels', { kind: 'normalization' }, 256, 4),
    other('batch norm and ReLU, 2048 channels', { kind: 'normalization' }, 2048, 16),
    other('largest of 3 × 3, stride 2', { kind: 'maximum' }, 64, 2),
    other('bilinear, 21 classes', { kind: 'resize', size: side }, 21, 16),
    other('cross entropy, 21 classes', { kind: 'loss' }, 21, 1),
  ]
}

function expression(layer: Layer, x: Tensor): { readonly y: Tensor; readonly learned: readonly Tensor[] } {
  const [, channels] = layer.image
  const vector = (name: string): Tensor => input(name, 'float32', [channels])
  switch (layer.kind) {
    case 'stem':
    case 'convolution': {
      const { outputs, kernel, stride, dilation } = layer
      const margin = (dilation * (kernel - 1)) / 2
      const weight = input('weight', 'float32', [outputs, channels, kernel, kernel])
      const y = convolution(x, weight, undefined, {
        strides: [stride, stride],
        dilations: [dilation, dilation],
        pads: [margin, margin, margin, margin],
      })
      return { y, learned: layer.kind === 'stem' ? [weight] : [x, weight] }
    }
    case 'normalization': {
      const [scale, shift] = [vector('scale'), vector('shift')]
      return { y: relu(imageBatchNormTraining(x, scale, shift).y), learned: [x, scale, shift] }
    }
    case 'maximum':
      return { y: maxPool(x, { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }), learned: [x] }
    case 'resize':
      return { y: bilinearResize(x, [layer.size, layer.size]), learned: [x] }
    case 'loss': {
      const [, , height, width] = layer.image
      return { y: pixelCrossEntropy(x, input('labels', 'int32', [batch, height, width])), learned: [x] }
    }
  }
}

/** One model of a layer: all results are summed, so that none has to leave the worker. */
async function prepare(engine: Engine, layer: Layer): Promise<() => Promise<number>> {
  const x = input('x', 'float32', layer.image)
  const { y, learned } = expression(layer, x)
  const slope = input('slope', 'float32', y.shape)
  const slopes = gradients(reduceSum(mul(y, slope)), learned)
  const results = [y, ...slopes].map((tensor, index) => [`result${index}`, reduceSum(tensor)] as const)
  const { bytes, inputs } = buildModel({ name: 'layer', outputs: Object.fromEntries(results) })
  const session = await engine.load(bytes)
  const feeds: Record<string, KeptTensor> = {}
  for (const [name, { dtype, shape }] of Object.entries(inputs))
    feeds[name] = await engine.keep(
      randomTensor(name, dtype === 'int32' ? layer.image[1] : undefined, shape.map(Number)),
    )
  return async () => {
    const start = performance.now()
    await session.run(feeds)
    return (performance.now() - start) / 1000
  }
}

function randomTensor(name: string, classes: number | undefined, shape: readonly number[]): HostTensor {
  const random = createRandom(0, `bench.convolution.${name}`)
  const length = elementCount(shape)
  if (classes !== undefined)
    return int32(
      Int32Array.from({ length }, () => random.integer(classes)),
      shape,
    )
  return float32(
    Float32Array.from({ length }, () => random.uniform() - 0.3),
    shape,
  )
}

const Answer = z.object({ version: z.string(), seconds: z.array(z.number()) })

function inPyTorch(python: string, layers: readonly Layer[]) {
  const script = join(import.meta.dirname, 'support/layers.py')
  const task = JSON.stringify({ threads, rounds, layers })
  const { status, stdout, stderr } = spawnSync(python, [script, task], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`PyTorch failed: ${stderr}`)
  return Answer.parse(JSON.parse(stdout))
}

const { values } = parseArgs({ options: { side: { type: 'string', default: '128' } } })
const layers = layersOf(Number(values.side))
const engine = openEngine({ device: 'cpu', threads })
const runs = []
for (const layer of layers) runs.push(await prepare(engine, layer))
const found = pythonWithTorch()
const own = layers.map(() => Number.POSITIVE_INFINITY)
const other = layers.map(() => Number.POSITIVE_INFINITY)
let version = ''
// In turns, and of each the fastest: what else the machine does then falls less on one of them.
for (let turn = 0; turn < turns; turn++) {
  for (const [index, run] of runs.entries())
    for (let round = 0; round <= rounds; round++) own[index] = Math.min(own[index] ?? 0, await run())
  if ('missing' in found) continue
  const answer = inPyTorch(found.python, layers)
  version = answer.version
  for (const [index, seconds] of answer.seconds.entries()) other[index] = Math.min(other[index] ?? 0, seconds)
}
console.log(`${describeMachine()}, ONNX Runtime ${engine.runtimeVersion}, ${threads} threads`)
console.log(`forward and backward, batch ${batch}, ${values.side}² pixels; milliseconds, the best of ${turns * rounds}`)
await engine.close()
if ('missing' in found) console.log(`\n*** PyTorch SKIPPED: ${found.missing} ***\n`)
const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(2)
const rows = layers.map(({ name }, index) => {
  const [mine = 0, theirs = 0] = [own[index], other[index]]
  return version === ''
    ? [name, milliseconds(mine)]
    : [name, milliseconds(mine), milliseconds(theirs), (theirs / mine).toFixed(2)]
})
console.log(table(version === '' ? ['layer', 'ours'] : ['layer', 'ours', `PyTorch ${version}`, 'PyTorch ÷ ours'], rows))
