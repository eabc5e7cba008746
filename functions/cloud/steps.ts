/** The steps of the state machine that need no GPU: planning the work, and noting how it ended. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Queue } from '../../integrations/queue/index.ts'
import { getJson, type Store, updateJson } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import { Platform, Project, shardCount } from '../../schemas/project.ts'
import { Run, RunVersion } from '../../schemas/run.ts'
import { SeedList } from '../../schemas/seedList.ts'
import { isActive, reopenRun } from '../factory/runRecord.ts'
import type { ReactorLog } from '../reactor/context.ts'
import { reconcileMessage } from '../reactor/events.ts'
import { openCloudQueue, openCloudStore } from './clients.ts'
import { CloudEnvironment, readEnvironment } from './environment.ts'
import { countTo, logTo } from './log.ts'
import { once } from './once.ts'

const StepsEnvironment = CloudEnvironment.pick({
  SIXTEEN_BUCKET: true,
  SIXTEEN_QUEUE_URL: true,
  SIXTEEN_LARGEST_ARRAY: true,
})

const Work = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['seeds', 'predictions']), platform: Platform, project: z.string().min(1) }),
  z.object({ kind: z.literal('run'), platform: Platform, project: z.string().min(1), version: RunVersion }),
])
type Work = z.infer<typeof Work>

/** What Step Functions knows of an error that it caught. */
const Caught = z.object({ Error: z.string().default('unknown'), Cause: z.string().default('') })

/** What the state machine passes. */
export const StepInput = z.discriminatedUnion('step', [
  z.object({ step: z.literal('plan'), work: Work }),
  z.object({ step: z.literal('done'), work: Work }),
  z.object({ step: z.literal('failed'), work: Work, error: Caught }),
])

export interface StepsPlace {
  readonly store: Store
  readonly queue: Queue
  /** Containers that share the images of a run, at most. */
  readonly largestArray: number
  readonly now: () => Date
  readonly newId: () => string
  readonly log: ReactorLog
  readonly count: ReturnType<typeof countTo>
}

/** What the state machine goes on with. */
export interface Plan {
  /** Containers that share the shards of the run; 1 where there is nothing to be shared. */
  readonly shares: number
}

/**
 * Does one step.
 * @param input as `StepInput` describes it
 * @returns the plan, for the step `plan`
 * @throws ZodError for an input that is none
 */
export async function takeStep(place: StepsPlace, input: unknown): Promise<Plan | Record<string, never>> {
  const step = StepInput.parse(input)
  const { work } = step
  const fields = { project: `${work.platform}-${work.project}`, run: work.kind === 'run' ? work.version : undefined }
  if (step.step === 'plan') {
    const plan = await planWork(place, work)
    place.log.info({ ...fields, work: work.kind, ...plan }, 'work begins')
    return plan
  }
  if (step.step === 'failed') {
    const reason = reasonOf(step.error)
    await noteFailure(place.store, work, reason)
    place.log.error({ ...fields, work: work.kind, reason }, 'work failed')
    place.count({ FailedWork: 1 }, { kind: work.kind })
  } else {
    place.log.info({ ...fields, work: work.kind }, 'work is done')
    place.count({ FinishedWork: 1 }, { kind: work.kind })
  }
  // What comes next is decided anew; seeds and predictions that failed are left to the timer, not tried in a circle.
  if (step.step === 'done' || work.kind === 'run') await place.queue.send(reconcileMessage(work, place))
  return {}
}

async function planWork({ store, largestArray }: StepsPlace, work: Work): Promise<Plan> {
  if (work.kind !== 'run') return { shares: 1 }
  const keys = projectKeys(work.platform, work.project)
  // Whoever looks at the run from now on sees that it goes on.
  await updateJson(store, keys.run(work.version).run, Run, reopenRun)
  const settings = (await getJson(store, keys.project, Project))?.value.settings
  const shards = settings === undefined ? 1 : shardCount(settings)
  return { shares: Math.max(1, Math.min(shards, largestArray)) }
}

/** A job that could note down why it failed has done so: that is more than the workflow knows. */
async function noteFailure(store: Store, work: Work, reason: string): Promise<void> {
  const keys = projectKeys(work.platform, work.project)
  if (work.kind === 'run')
    await updateJson(
      store,
      keys.run(work.version).run,
      Run,
      (run): Run => (isActive(run) ? { ...run, state: 'failed', error: { message: reason } } : run),
    )
  else if (work.kind === 'seeds')
    await updateJson(store, keys.seeds, SeedList, (list) => ({ ...list, failure: list.failure ?? reason }))
}

const FailedJob = z.object({ StatusReason: z.string(), JobId: z.string().default('unknown') })
const FailedFunction = z.object({ errorMessage: z.string() })

/** The words of Batch and of functions are inside a JSON text. */
function reasonOf({ Error: error, Cause: cause }: z.infer<typeof Caught>): string {
  const details = parseJson(cause)
  const job = FailedJob.safeParse(details).data
  if (job !== undefined) return `${job.StatusReason} (${error}, job ${job.JobId})`
  const message = FailedFunction.safeParse(details).data?.errorMessage ?? cause
  return `${error}: ${message.slice(0, 500) || 'no cause was given'}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const place = once(async (): Promise<StepsPlace> => {
  const environment = readEnvironment(StepsEnvironment, process.env)
  const now = () => new Date()
  const [store, queue] = await Promise.all([
    openCloudStore(environment.SIXTEEN_BUCKET),
    openCloudQueue(environment.SIXTEEN_QUEUE_URL),
  ])
  const [log, count] = [logTo(process.stdout, now), countTo(process.stdout, now)]
  return { store, queue, largestArray: environment.SIXTEEN_LARGEST_ARRAY, now, newId: randomUUID, log, count }
})

export async function handler(input: unknown): Promise<unknown> {
  return takeStep(await place(), input)
}
