/** Batch's containers: the program of the image in a process of its own for each, children of an array at once. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { BatchJob } from '../motoAsk.ts'
import type { AwsCalls } from './awsCalls.ts'
import { awsEnvironment } from './lambdaProcess.ts'
import type { Lines } from './lines.ts'

const root = join(import.meta.dirname, '../../../..')

/** What became of a process. */
export interface Attempt {
  readonly command: string
  readonly version: string | undefined
  readonly index: string | undefined
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Milliseconds since the first of all began. */
  readonly began: number
  readonly ended: number
}

export interface ContainersOptions {
  /** Values of the secrets that ECS puts into containers of a definition, by variable. */
  readonly secretsOf: (definition: string) => Promise<Readonly<Record<string, string>>>
  readonly calls: AwsCalls
  readonly lines: Lines
}

export interface Containers {
  /** Those that ended, in the order of their ends. */
  readonly attempts: readonly Attempt[]
  /** A job as moto asks for it. @returns whether it succeeds */
  run(job: BatchJob): Promise<boolean>
  /** The next container of this name is taken away, as a spot instance is, in the moment in which it writes this key. */
  takeAway(name: string, key: RegExp): void
  /** Ends all that run, as Batch does when a job is terminated. Resolves when they have ended. */
  terminate(): Promise<void>
}

/** Attempts that a job has whose machines are taken away. */
const mostAttempts = 5

export function openContainers({ secretsOf, calls, lines }: ContainersOptions): Containers {
  const attempts: Attempt[] = []
  const running = new Set<ChildProcess>()
  const jobs = new Set<Promise<unknown>>()
  const arrays = new Map<string, Promise<boolean>[]>()
  const begin = performance.now()
  let losses: { readonly name: string; readonly key: RegExp }[] = []

  const attempt = async (job: BatchJob, environment: Readonly<Record<string, string>>): Promise<Attempt> => {
    const { SIXTEEN_VERSION: version, AWS_BATCH_JOB_ARRAY_INDEX: index } = environment
    const name = nameOf(job)
    const began = performance.now() - begin
    const loss = losses.find((one) => one.name === name)
    losses = losses.filter((one) => one !== loss)
    const place = await calls.open('container', (call) => {
      if (loss !== undefined && call.method === 'PUT' && loss.key.test(call.path)) child.kill('SIGKILL')
    })
    const child = spawn(process.execPath, ['functions/gpu/jobs/main.ts', ...job.command], {
      cwd: root,
      env: { PATH: process.env.PATH, ...environment, ...awsEnvironment(place.endpoint) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = Promise.all([once(child, 'exit'), lines.hear(name, child)])
    running.add(child)
    await ended
    running.delete(child)
    await place.close()
    const { exitCode: code, signalCode: signal } = child
    const about = { command: job.command.join(' '), version, index, code, signal }
    const result = { ...about, began, ended: performance.now() - begin }
    attempts.push(result)
    return result
  }

  const track = (work: Promise<boolean>): Promise<boolean> => {
    jobs.add(work)
    return work.finally(() => jobs.delete(work))
  }

  const runOne = async (job: BatchJob): Promise<boolean> => {
    // There is no GPU here; all else is as the definition says.
    const environment = { ...job.environment, ...(await secretsOf(job.definition)), SIXTEEN_DEVICE: 'cpu' }
    for (let tries = 1; tries <= mostAttempts; tries += 1) {
      const { code, signal } = await attempt(job, environment)
      if (signal !== 'SIGKILL') return code === 0
    }
    return false
  }

  return {
    attempts,
    async run(job) {
      const { AWS_BATCH_JOB_ARRAY_INDEX: index, SIXTEEN_SHARES: shares } = job.environment
      if (index === undefined) return await track(runOne(job))
      // Asked for one after the other, they begin together all the same.
      const array = JSON.stringify([job.command, { ...job.environment, AWS_BATCH_JOB_ARRAY_INDEX: '' }])
      const children =
        arrays.get(array) ??
        Array.from({ length: Number(shares) }, (_, child) =>
          track(runOne({ ...job, environment: { ...job.environment, AWS_BATCH_JOB_ARRAY_INDEX: `${child}` } })),
        )
      arrays.set(array, children)
      const last = Number(index) === children.length - 1
      if (last) arrays.delete(array)
      return (await children[Number(index)]) ?? false
    },
    takeAway: (name, key) => void losses.push({ name, key }),
    async terminate() {
      for (const child of running) child.kill('SIGTERM')
      await Promise.allSettled(jobs)
    },
  }
}

/** `train`; `generate-1` for a child of an array. */
function nameOf({ command, environment }: BatchJob): string {
  return [...command, ...(environment.AWS_BATCH_JOB_ARRAY_INDEX ?? '')].join('-')
}
