/**
 * A generator of 1024² (config-f) is imported by the command, and generates labelled images of which the label maps have
 * 512²: seconds and peak memory of each process. `npm run bench:import`
 *
 * The checkpoint is a safetensors file and, where a Python with PyTorch is found (SIXTEEN_PYTHON, or .venv), a pickle as
 * large as NVIDIA's. Weights are random.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { hiddenWidths, initialEnsemble } from '../functions/gpu/interpreter/ensemble.ts'
import { featureLength } from '../functions/gpu/interpreter/featureCollection.ts'
import { studentShape } from '../functions/gpu/interpreter/student.ts'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { writeFactory } from '../functions/gpu/jobs/factory.ts'
import { generate } from '../functions/gpu/jobs/generate.ts'
import { readNamedGenerator } from '../functions/gpu/jobs/generatorWeights.ts'
import { openEngine } from '../functions/gpu/onnx/engine.ts'
import { openFileStore } from '../integrations/storage/fs.ts'
import { keys, writeProject } from './support/benchProject.ts'
import { answerParent, ChildError, givenTask, inChild } from './support/child.ts'
import { describeMachine, gibibytes, peakMemory } from './support/machine.ts'
import { pythonWithTorch } from './support/python.ts'
import { randomGenerator } from './support/randomGenerator.ts'

const generator = 'imported'
const version = 'sixteen-v1'
const run = keys.run(version)
const parts = 34
const labelSide = 512
const samples = 3
const threads = 2
const targets = { importSeconds: 60, peakBytes: 4 * 2 ** 30 }

const Labeler = z.enum(['student', 'exact'])
const Task = z.discriminatedUnion('task', [
  z.object({ task: z.literal('write'), file: z.string() }),
  /** Makes the project's factory graph, of a labeler that knows nothing. */
  z.object({ task: z.literal('build'), data: z.string(), labeler: Labeler }),
  z.object({ task: z.literal('generate'), data: z.string() }),
])

const Measured = z.object({ seconds: z.number(), peakBytes: z.number() })
type Measured = z.infer<typeof Measured>

async function perform(task: z.infer<typeof Task>): Promise<Measured> {
  const start = performance.now()
  const context = async (data: string) =>
    ({
      store: await openFileStore(join(data, 'store')),
      keys,
      run,
      version,
      engine: openEngine({ device: 'cpu', threads }),
    }) as const
  if (task.task === 'write') writeFileSync(task.file, randomGenerator({ resolution: 1024 }))
  else if (task.task === 'build') await build(await context(task.data), task.labeler)
  else await generate(await context(task.data), 0)
  return { seconds: (performance.now() - start) / 1000, peakBytes: peakMemory() }
}

async function build(context: Parameters<typeof writeFactory>[0], labeler: z.infer<typeof Labeler>): Promise<void> {
  const { store } = context
  const weights = await readNamedGenerator(store, generator)
  const project = await writeProject(store, weights, { generator, parts, labelSide, samples })
  const shape = { members: 10, features: featureLength(weights), hidden: hiddenWidths(parts), parts }
  const student = labeler === 'student' ? initialEnsemble(studentShape(shape), 1) : undefined
  await writeFactory(context, project, weights, initialEnsemble(shape, 1), student)
}

/** `sixteen import`, as a person calls it. */
async function importCommand(file: string, data: string): Promise<Measured> {
  const peak = `${data}.peak`
  const path = (file: string): string => new URL(file, import.meta.url).pathname
  const program = ['--import', path('./support/reportPeak.ts'), path('../cli/main.ts')]
  const start = performance.now()
  await promisify(execFile)(process.execPath, [...program, 'import', file, '--name', generator, '--data', data], {
    env: { ...process.env, SIXTEEN_BENCH_PEAK: peak },
  })
  const seconds = (performance.now() - start) / 1000
  const peakBytes = Number(readFileSync(peak, 'utf8'))
  rmSync(peak)
  return { seconds, peakBytes }
}

/** What a checkpoint's import takes, and what generating from it takes. */
async function rowsOf(name: string, file: string, labelers: readonly z.infer<typeof Labeler>[]): Promise<string[][]> {
  const megabytes = (statSync(file).size / 1e6).toFixed(0)
  const data = mkdtempSync(join(tmpdir(), 'sixteen-bench-data-'))
  try {
    const rows = [row(`sixteen import, ${name} of ${megabytes} MB`, await importCommand(file, data), true)]
    for (const labeler of labelers) {
      const built = await measure({ task: 'build', data, labeler })
      const generated = await measure({ task: 'generate', data })
      rows.push(row(`factory graph, ${labeler}`, built, false))
      rows.push(row(`${samples} images of 1024² with labels of ${labelSide}², ${labeler}`, generated, false))
      // The next one writes the same objects.
      rmSync(join(data, 'store/projects'), { recursive: true })
    }
    return rows
  } finally {
    rmSync(data, { recursive: true })
  }
}

async function measure(task: z.infer<typeof Task>): Promise<Measured> {
  return Measured.parse(await inChild(import.meta.url, task))
}

function row(step: string, { seconds, peakBytes }: Measured, imports: boolean): string[] {
  const inTime = seconds <= targets.importSeconds ? '✓' : '✗'
  const inMemory = peakBytes <= targets.peakBytes ? '✓' : '✗'
  return [step, seconds.toFixed(1), imports ? inTime : '', gibibytes(peakBytes), inMemory]
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-bench-'))
  const python = pythonWithTorch()
  try {
    console.log(`${describeMachine()}, ${threads} threads\n`)
    const stored = join(folder, 'config-f.safetensors')
    await measure({ task: 'write', file: stored })
    const rows = await rowsOf('safetensors', stored, ['student', 'exact'])
    if ('missing' in python) console.log(`*** NVIDIA's pickle SKIPPED: ${python.missing} ***\n`)
    else rows.push(...(await rowsOf("NVIDIA's pickle", writePickle(python.python, folder), [])))
    const head = ['step', 'seconds', `≤ ${targets.importSeconds}`, 'peak GiB', `≤ ${targets.peakBytes / 2 ** 30}`]
    console.log(table(head, rows))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function writePickle(python: string, folder: string): string {
  const file = join(folder, 'config-f.pkl')
  const script = new URL('./support/nvidia_checkpoint.py', import.meta.url).pathname
  const { status, stderr } = spawnSync(python, [script, file], { encoding: 'utf8' })
  if (status !== 0) throw new ChildError(`writing NVIDIA's pickle failed: ${stderr}`)
  return file
}

const given = givenTask()
if (given === undefined) await main()
else answerParent(await perform(Task.parse(given)))
