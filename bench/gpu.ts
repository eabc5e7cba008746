/**
 * The product on a graphics processor, in at most ten minutes: labelled images beside bare ones at three sizes, the training
 * of the ensemble, a step of a DeepLab-V3. `npm run bench:gpu -- --out bench/results/gpu/NAME.json [--device cuda|webgpu|cpu]
 * [--minutes 10] [--sides 512,256,1024] [--steps 800]`. Given again with the same file, it goes on with what is missing.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { chooseDevice } from '../functions/gpu/onnx/chooseDevice.ts'
import { DeviceChoice } from '../functions/gpu/onnx/device.ts'
import { answerParent, givenTask, inChild } from './support/child.ts'
import { Figures, GpuTask, gpuTasks, nameOfTask, performOnGpu } from './support/gpuTasks.ts'
import { describeMachine } from './support/machine.ts'
import { describeGpu } from './support/nvidiaSmi.ts'

const Wish = z.object({
  out: z.string().min(1),
  device: DeviceChoice.default('auto'),
  minutes: z.coerce.number().positive().default(10),
  sides: z.string().default('512,256,1024'),
  steps: z.coerce.number().int().min(1).default(800),
})

const Outcome = z.union([Figures, z.object({ failed: z.string() })])
const Results = z.object({
  machine: z.string(),
  gpu: z.string().nullable(),
  device: z.string(),
  begunAt: z.string(),
  outcomes: z.record(z.string(), Outcome),
})
type Results = z.infer<typeof Results>

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: Object.fromEntries(Object.keys(Wish.shape).map((name) => [name, { type: 'string' as const }])),
  })
  const { out, device: choice, minutes, sides, steps } = Wish.parse(values)
  const end = performance.now() + 60_000 * minutes
  const file = resolve(out)
  const { device, reason } = await chooseDevice(choice)
  const results = await begin(file, device)
  console.log(`${results.machine}\n${results.gpu ?? 'no NVIDIA driver'}\n${device}: ${reason}\n`)
  const tasks = gpuTasks(device, sides.split(',').map(Number), steps)
  for (const task of tasks) {
    const name = nameOfTask(task)
    if (name in results.outcomes) continue
    if (performance.now() > end) break
    results.outcomes[name] = await inChild(import.meta.url, task).then(
      (figures) => Figures.parse(figures),
      (error: Error) => ({ failed: error.message.slice(-600) }),
    )
    await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`)
    console.log(`${name}: ${JSON.stringify(results.outcomes[name])}`)
  }
  const left = tasks.map(nameOfTask).filter((name) => !(name in results.outcomes))
  console.log(`\n${table(['what', 'seconds', 'GPU busy', 'GPU GiB'], Object.entries(results.outcomes).map(rowOf))}`)
  if (left.length > 0)
    console.log(`\nNo time was left for ${left.length}: give the same command again.\n${left.join('\n')}`)
}

/** Results of another machine are not gone on with. */
async function begin(file: string, device: string): Promise<Results> {
  const made = { machine: describeMachine(), gpu: describeGpu() ?? null, device }
  await mkdir(dirname(file), { recursive: true })
  if (!existsSync(file)) return { ...made, begunAt: new Date().toISOString(), outcomes: {} }
  const there = Results.parse(JSON.parse(await readFile(file, 'utf8')))
  for (const name of ['machine', 'gpu', 'device'] as const)
    if (there[name] !== made[name])
      throw new RangeError(`${file} was made with ${there[name]}, this is ${made[name]}: name another file`)
  return there
}

function rowOf([name, outcome]: [string, z.infer<typeof Outcome>]): string[] {
  if ('failed' in outcome) return [name, 'failed']
  const { seconds, busy, memoryBytes } = outcome
  return [
    name,
    seconds.toFixed(4),
    busy === undefined ? '' : `${(100 * busy).toFixed(0)} %`,
    memoryBytes === undefined ? '' : (memoryBytes / 2 ** 30).toFixed(1),
  ]
}

const given = givenTask()
if (given === undefined) await main()
else answerParent(await performOnGpu(GpuTask.parse(given)))
