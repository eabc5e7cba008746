/**
 * Training the interpreter on sixteen painted images of 512² by the product's own job, as it is tuned, until it stops by
 * itself: seconds and peak memory, in a process of its own. `npm run bench:seed-training`
 *
 * What random paintings have in common with random features is learned slowly: the trainings use all steps that they may,
 * which is the longest that can happen. Processor seconds tell whether something else was using the machine.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { train } from '../functions/gpu/jobs/train.ts'
import { readClassifier } from '../functions/gpu/jobs/trainingHistory.ts'
import { openEngine } from '../functions/gpu/onnx/engine.ts'
import { openFileStore } from '../integrations/storage/fs.ts'
import { keys, paintRandomProject } from './support/benchProject.ts'
import { answerParent, givenTask, inChild } from './support/child.ts'
import { describeMachine, gibibytes, peakMemory } from './support/machine.ts'

const images = 16
const resolution = 512
const threads = 2
const version = 'sixteen-v1'
const targets = { seconds: 180, peakBytes: 2 * 2 ** 30 }

const Task = z.discriminatedUnion('task', [
  z.object({ task: z.literal('paint'), folder: z.string(), parts: z.number() }),
  z.object({ task: z.literal('train'), folder: z.string() }),
])

const Trained = z.object({
  collectSeconds: z.number(),
  seconds: z.number(),
  processorSeconds: z.number(),
  steps: z.number(),
  bestLoss: z.number(),
  collectPeak: z.number(),
  peakBytes: z.number(),
})
type Trained = z.infer<typeof Trained>

async function perform(task: z.infer<typeof Task>): Promise<Trained | null> {
  const store = await openFileStore(task.folder)
  if (task.task === 'paint') {
    await paintRandomProject(store, { side: resolution, parts: task.parts, images })
    return null
  }
  const engine = openEngine({ device: 'cpu', threads })
  const run = keys.run(version)
  const start = performance.now()
  const seen = { collected: start, collectPeak: 0 }
  const context = {
    store,
    keys,
    run,
    version,
    engine,
    onProgress: ({ unit, done, total }: { unit: string; done: number; total: number }) => {
      if (unit === 'images' && done === total)
        Object.assign(seen, { collected: performance.now(), collectPeak: peakMemory() })
    },
  }
  await train(context, () => Date.now())
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage()
  const { history } = await readClassifier(store, run.interpreter)
  await engine.close()
  return {
    collectSeconds: (seen.collected - start) / 1000,
    seconds,
    processorSeconds: (user + system) / 1e6,
    steps: history.at(-1)?.step ?? 0,
    bestLoss: Math.min(...history.map(({ heldOutLoss }) => heldOutLoss)),
    collectPeak: seen.collectPeak,
    peakBytes: peakMemory(),
  }
}

async function measure(parts: number): Promise<Trained> {
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-bench-'))
  try {
    await inChild(import.meta.url, { task: 'paint', folder, parts })
    return Trained.parse(await inChild(import.meta.url, { task: 'train', folder }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
  const cases = [
    { name: '128/32, 20 parts', parts: 20, published: '5.5 h, 128 GB (car)' },
    { name: '256/128, 34 parts', parts: 34, published: '13.7 h, 128 GB (face)' },
  ]
  console.log(`${describeMachine()}, ${threads} threads`)
  console.log(`${images} images of ${resolution}², D 5504, ten members\n`)
  const rows: string[][] = []
  for (const { name, parts, published } of cases.filter((one) => one.name.includes(values.only))) {
    const { collectSeconds, seconds, processorSeconds, steps, bestLoss, collectPeak, peakBytes } = await measure(parts)
    rows.push([
      name,
      collectSeconds.toFixed(1),
      String(steps),
      bestLoss.toFixed(2),
      seconds.toFixed(1),
      seconds <= targets.seconds ? '✓' : '✗',
      processorSeconds.toFixed(0),
      gibibytes(collectPeak),
      gibibytes(peakBytes),
      peakBytes <= targets.peakBytes ? '✓' : '✗',
      published,
    ])
  }
  const head = [
    'training',
    'features s',
    'steps',
    'held-out loss',
    'seconds',
    `≤ ${targets.seconds}`,
    'processor s',
    'features GiB',
  ]
  console.log(table([...head, 'peak GiB', `≤ ${gibibytes(targets.peakBytes)}`, 'published'], rows))
}

const given = givenTask()
if (given === undefined) await main()
else answerParent(await perform(Task.parse(given)))
