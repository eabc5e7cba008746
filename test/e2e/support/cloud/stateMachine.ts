/** The state machine as it is deployed, with jobs that do what a test says; the steps on Lambda are real. */
import { StartExecutionCommand } from '@aws-sdk/client-sfn'
import { expect } from 'vitest'
import { z } from 'zod'
import { openRun } from '../../../../functions/runs.ts'
import { createJson, getJson, type Store, updateJson } from '../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
import { openS3Store } from '../../../../integrations/storage/s3.ts'
import { executionName } from '../../../../integrations/workflow/executionName.ts'
import type { Work } from '../../../../integrations/workflow/index.ts'
import { openStepFunctionsWorkflow } from '../../../../integrations/workflow/stepFunctions.ts'
import { Project } from '../../../../schemas/project.ts'
import { Run } from '../../../../schemas/run.ts'
import { SeedList } from '../../../../schemas/seedList.ts'
import { tinyProject } from '../../../functions/reactor/reactorWorld.ts'
import { startMoto } from '../moto.ts'
import type { BatchJob } from '../motoAsk.ts'
import { waitingEvents } from './cloud.ts'
import { deploy, describeExecution, openClients } from './deployment.ts'
import { awsEnvironment, startLambda } from './lambdaProcess.ts'
import { openLines } from './lines.ts'
import { synthesize } from './template.ts'

const StepCall = z.object({ step: z.string(), work: z.unknown(), error: z.unknown().optional() })
const labelStudioUrl = 'https://labels.example.org'

export type StateMachine = Awaited<ReturnType<typeof openStateMachine>>

/** @param largestArray containers that share a run, at most */
export async function openStateMachine(largestArray: number) {
  /** What was submitted, and which steps were called. */
  const jobs: BatchJob[] = []
  const calls: z.infer<typeof StepCall>[] = []
  /** What jobs do, and whether they succeed; and which steps cannot be taken. */
  const luck = { job: async (_: BatchJob): Promise<boolean> => true, breaks: (_: string): boolean => false }
  const steps = Promise.withResolvers<Awaited<ReturnType<typeof startLambda>>>()
  const [template, moto] = await Promise.all([
    synthesize({ labelStudioUrl, largestArray: String(largestArray) }),
    startMoto({
      async job(job) {
        jobs.push(job)
        return luck.job(job)
      },
      async invoke(name, payload) {
        expect(name).toMatch(/^WorkflowSteps/)
        const call = StepCall.parse(payload)
        calls.push(call)
        if (luck.breaks(call.step)) throw new RangeError('out of luck')
        return (await steps.promise).invoke(payload)
      },
    }),
  ])
  const clients = openClients(moto)
  const deployment = await deploy(moto, clients, template, { SecretsLabelStudioToken: 'token' })
  const environment = { ...deployment.environmentOf('WorkflowSteps'), ...awsEnvironment(moto.endpoint) }
  const lambda = await startLambda({ name: 'steps', environment, lines: openLines() })
  steps.resolve(lambda)
  const { bucket, stateMachineArn } = deployment
  const store = openS3Store({ client: clients.s3, bucket })
  const workflow = openStepFunctionsWorkflow({ client: clients.states, stateMachineArn })

  const untilOver = async (name: string): Promise<{ readonly status: string; readonly error: string }> => {
    const look = () => describeExecution(clients, stateMachineArn, name)
    await expect.poll(async () => (await look()).status, { timeout: 60_000, interval: 50 }).not.toBe('RUNNING')
    const { status = '', error = '' } = await look()
    return { status, error }
  }
  let projects = 0
  return {
    jobs,
    calls,
    luck,
    store,
    submitted: () => jobs.map(({ command, environment }) => ({ command, environment })),
    commands: () => jobs.map(({ command }) => command.join(' ')),
    taken: () => calls.map(({ step }) => step),
    /** Events that wait in the queue. */
    events: () => waitingEvents(clients, deployment),
    /** Forgets what was. */
    reset() {
      jobs.length = 0
      calls.length = 0
      luck.job = async () => true
      luck.breaks = () => false
    },
    /** A project of its own, with a run of so many shards. */
    place: (shards = 1) => makePlace(store, String(++projects), bucket, shards),
    async execute(work: Work, attempt = 1) {
      expect(await workflow.start(work)).toBe(true)
      return await untilOver(executionName(work, attempt))
    },
    /** Runs the state machine on any input. */
    async executeInput(name: string, input: object) {
      await clients.states.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }))
      return await untilOver(name)
    },
    async close() {
      await lambda.close()
      clients.destroy()
      await moto.close()
    },
  }
}

async function makePlace(store: Store, project: string, bucket: string, shards: number) {
  const keys = projectKeys('label-studio', project)
  const tiny = tinyProject()
  const settings = { ...tiny.settings, samplesPerRun: 10 * shards, shardSize: 10 }
  await createJson(store, keys.project, Project, { ...tiny, id: project, settings })
  await createJson(store, keys.seeds, SeedList, { schemaVersion: 1, wanted: 2, chosen: [] })
  const version = await openRun(store, keys, { inputs: 'b'.repeat(64), paintings: [] }, () => new Date())
  const of = { platform: 'label-studio', project } as const
  return {
    keys,
    run: { ...of, kind: 'run', version } satisfies Work,
    seeds: { ...of, kind: 'seeds' } satisfies Work,
    record: async () => (await getJson(store, keys.run(version).run, Run))?.value,
    change: (to: Partial<Run>) => updateJson(store, keys.run(version).run, Run, (known): Run => ({ ...known, ...to })),
    seedList: async () => (await getJson(store, keys.seeds, SeedList))?.value,
    /** What a job in a container is told. */
    told: (device: 'cpu' | 'cuda', more: Readonly<Record<string, string>> = {}) => ({
      SIXTEEN_STORE: `s3://${bucket}`,
      LABEL_STUDIO_URL: labelStudioUrl,
      SIXTEEN_DEVICE: device,
      SIXTEEN_PLATFORM: 'label-studio',
      SIXTEEN_PROJECT: project,
      SIXTEEN_VERSION: version,
      // Of Step Functions itself.
      MANAGED_BY_AWS: 'STARTED_BY_STEP_FUNCTIONS',
      ...more,
    }),
  }
}
