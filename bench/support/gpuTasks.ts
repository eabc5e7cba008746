/** What a process of its own does to measure one thing on a device. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { secondsPerSegmenterStep } from '../../functions/gpu/jobs/speed.ts'
import { train } from '../../functions/gpu/jobs/train.ts'
import { defaultTuning } from '../../functions/gpu/jobs/tuning.ts'
import type { Device } from '../../functions/gpu/onnx/device.ts'
import { type Engine, openEngine } from '../../functions/gpu/onnx/engine.ts'
import { float32 } from '../../functions/gpu/onnx/hostTensor.ts'
import { segmenterNetwork } from '../../functions/gpu/segmenter/segmenter.ts'
import { sampleLatent } from '../../functions/gpu/stylegan/latents.ts'
import { openFileStore } from '../../integrations/storage/fs.ts'
import { keys, paintRandomProject } from './benchProject.ts'
import { Built, perform as performImage } from './labelledImage.ts'
import { watchGpu } from './nvidiaSmi.ts'

const Where = z.object({ device: z.enum(['cpu', 'cuda', 'webgpu']) })
const Side = z.number().int().min(8)

export const GpuTask = z.discriminatedUnion('task', [
  /** Images, with labels or without. */
  Where.extend({
    task: z.literal('images'),
    side: Side,
    labelSide: Side,
    graph: z.enum(['bare', 'student', 'exact']),
    precision: z.enum(['float32', 'float16']),
    batch: z.number().int().min(1),
  }),
  /** The ensemble on sixteen painted images, by the product's own job. */
  Where.extend({ task: z.literal('training'), side: Side, steps: z.number().int().min(1) }),
  /** A step of a DeepLab-V3 with ResNet-50. */
  Where.extend({ task: z.literal('segmenter'), side: Side, batch: z.number().int().min(1) }),
])
export type GpuTask = z.infer<typeof GpuTask>

export const Figures = z.object({
  /** Of an image, of the whole training, of a step. */
  seconds: z.number(),
  /** What the graphics processor did meanwhile, where NVIDIA's tool told. */
  busy: z.number().optional(),
  memoryBytes: z.number().optional(),
})
export type Figures = z.infer<typeof Figures>

/** Seconds for which a graph is run, after a run that does not count. */
const leastSeconds = 5
const imageParts = { hidden: [128, 32] as [number, number], parts: 20 }

export async function performOnGpu(task: GpuTask): Promise<Figures> {
  const engine = openEngine({ device: task.device })
  try {
    if (task.task === 'images') return await timeImages(engine, task)
    if (task.task === 'segmenter') return await timeSegmenter(engine, task)
    return await timeTraining(engine, task)
  } finally {
    await engine.close()
  }
}

async function timeImages(engine: Engine, task: Extract<GpuTask, { task: 'images' }>): Promise<Figures> {
  const { side, labelSide, graph, precision, batch } = task
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-bench-'))
  try {
    const file = join(folder, 'graph.onnx')
    const setting = { generator: side, labelSide, ...imageParts }
    const built = await performImage({ ...setting, task: 'build', kind: graph, share: 1, precision, file })
    const { shape } = Built.parse(built)
    const length = shape[1] ?? 0
    const session = await engine.load(readFileSync(file))
    const codes = Array.from({ length: batch }, (_, seed) => [...sampleLatent(seed, length)]).flat()
    const feeds = { z: float32(Float32Array.from(codes), [batch, length]) }
    await session.run(feeds)
    const watched = watchGpu()
    const start = performance.now()
    let images = 0
    do {
      await session.run(feeds)
      images += batch
    } while (performance.now() - start < 1000 * leastSeconds)
    return { seconds: (performance.now() - start) / 1000 / images, ...watched() }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function timeSegmenter(engine: Engine, { side, batch }: Extract<GpuTask, { task: 'segmenter' }>) {
  const size = { width: side, height: side }
  const network = segmenterNetwork({ backbone: 'resnet50', outputStride: 16, size, classes: 20 })
  return { seconds: await secondsPerSegmenterStep(engine, network, batch) }
}

async function timeTraining(engine: Engine, { side, steps }: Extract<GpuTask, { task: 'training' }>): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-bench-'))
  try {
    const store = await openFileStore(folder)
    await paintRandomProject(store, { side, parts: imageParts.parts, images: 16 })
    const version = 'sixteen-v1'
    const tuning = { interpreter: { ...defaultTuning.interpreter, steps } }
    const watched = watchGpu()
    const start = performance.now()
    await train({ store, keys, run: keys.run(version), version, engine, tuning }, () => Date.now())
    return { seconds: (performance.now() - start) / 1000, ...watched() }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a task is called in the record of results: the same name, the same measurement. */
export function nameOfTask(task: GpuTask): string {
  if (task.task === 'training') return `ensemble on 16 seeds of ${task.side}², ${task.steps} steps`
  if (task.task === 'segmenter') return `DeepLab-V3 ResNet-50 step, ${task.batch} images of ${task.side}²`
  const labels = task.side === task.labelSide ? '' : ` → ${task.labelSide}²`
  return `${task.graph}, ${task.side}²${labels}, ${task.precision}, batches of ${task.batch}`
}

/** The most important first: what there is no time for is left out at the end. */
export function gpuTasks(device: Device, sides: readonly number[], steps: number): readonly GpuTask[] {
  const images = (side: number, graph: 'bare' | 'student' | 'exact', precision: 'float32' | 'float16', batch: number) =>
    ({ task: 'images', device, side, labelSide: Math.min(side, 512), graph, precision, batch }) as const
  const [middle = 512] = sides
  const first: GpuTask[] = [
    images(middle, 'student', 'float32', 4),
    images(middle, 'exact', 'float32', 4),
    images(middle, 'bare', 'float32', 4),
    { task: 'training', device, side: middle, steps },
    images(middle, 'student', 'float16', 4),
    { task: 'segmenter', device, side: Math.min(middle, 256), batch: 8 },
  ]
  const others = sides
    .slice(1)
    .flatMap((side) => [
      images(side, 'student', 'float32', 4),
      images(side, 'exact', 'float32', 4),
      images(side, 'bare', 'float32', 4),
      images(side, 'student', 'float16', 4),
    ])
  const batches = [1, 16].map((batch) => images(middle, 'student', 'float32', batch))
  return [...first, ...others, ...batches]
}
