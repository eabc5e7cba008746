/** The deployment, put together: processes of ours where AWS would run them, connected as the template says. */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { expect } from 'vitest'
import { openSqsQueue } from '../../../../integrations/queue/sqs.ts'
import { startMoto } from '../moto.ts'
import type { BatchJob } from '../motoAsk.ts'
import { type AwsCalls, listenToAws } from './awsCalls.ts'
import { type Containers, openContainers } from './containers.ts'
import { type CloudClients, type Deployment, deploy, openClients } from './deployment.ts'
import { openEventSource } from './eventSource.ts'
import { startGateway } from './gateway.ts'
import { awsEnvironment, type LambdaProcess, startLambda } from './lambdaProcess.ts'
import { type Lines, openLines } from './lines.ts'
import { type Policies, readPolicies } from './policies.ts'
import { synthesize } from './template.ts'

export interface CloudOptions {
  /** Of the deployment, as `-c name=value` gives them. */
  readonly options: Readonly<Record<string, string>>
  /** Values of secrets, by the beginnings of their ids. */
  readonly secrets: Readonly<Record<string, string>>
}

export interface Cloud {
  /** Of the web app. */
  readonly address: string
  readonly deployment: Deployment
  readonly clients: CloudClients
  readonly containers: Containers
  readonly timer: LambdaProcess
  /** What all processes logged. */
  readonly lines: Lines
  readonly calls: AwsCalls
  readonly policies: Policies
  /** Resolves when no event waits any more, and all are dealt with. */
  untilQuiet(): Promise<void>
  /** What the state machine was given for jobs and functions: AWS logs it. */
  readonly told: readonly unknown[]
  close(): Promise<void>
}

export async function openCloud({ options, secrets }: CloudOptions): Promise<Cloud> {
  const lines = openLines()
  const told: unknown[] = []
  const work = { job: notYet<[BatchJob], boolean>(), steps: notYet<[unknown], unknown>() }
  const [template, moto] = await Promise.all([
    synthesize(options),
    startMoto({
      job(job) {
        told.push(job)
        return work.job(job)
      },
      invoke(_, payload) {
        told.push(payload)
        return work.steps(payload)
      },
    }),
  ])
  const clients = openClients(moto)
  const deployment = await deploy(moto, clients, template, secrets)
  const calls = listenToAws(moto.endpoint)
  const containers = openContainers({
    lines,
    calls,
    secretsOf: (definition) => readSecrets(clients, deployment, definition),
  })
  const start = async (name: string, id: string) => {
    const place = await calls.open(name)
    const environment = { ...deployment.environmentOf(id), ...awsEnvironment(place.endpoint) }
    // The SDK calls a queue at the host that its URL names.
    const throughPlace = Object.entries(environment).map(([key, value]) => [
      key,
      value.replace(moto.endpoint, place.endpoint),
    ])
    const lambda = await startLambda({ name, environment: Object.fromEntries(throughPlace), lines })
    const close = () => lambda.close().then(place.close)
    return { ...lambda, close }
  }
  const [edge, reactor, steps, timer] = await Promise.all([
    start('edge', 'EdgeApp'),
    start('reactor', 'ReactorFunction'),
    start('steps', 'WorkflowSteps'),
    start('timer', 'ReactorTimer'),
  ])
  work.job = containers.run
  work.steps = steps.invoke
  const gateway = await startGateway(edge.invoke)
  const mapping = template.one('AWS::Lambda::EventSourceMapping', 'ReactorFunction')
  const source = openEventSource(mapping, clients.sqs, deployment.queueUrl, reactor.invoke)
  return {
    address: gateway.address,
    deployment,
    clients,
    containers,
    timer,
    lines,
    calls,
    policies: readPolicies(template, deployment),
    told,
    untilQuiet: () => expect.poll(() => waitingEvents(clients, deployment), { timeout: 60_000 }).toBe(0),
    async close() {
      await source.stop()
      await containers.terminate()
      await gateway.close()
      await Promise.all([edge, reactor, steps, timer].map((lambda) => lambda.close()))
      clients.destroy()
      await moto.close()
    },
  }
}

/** Nothing is asked for before all is put together. */
function notYet<Given extends unknown[], Result>(): (...given: Given) => Promise<Result> {
  return () => Promise.reject(new Error('it is not there yet'))
}

/** Messages that wait, are delayed, or are being dealt with. */
export async function waitingEvents({ sqs }: CloudClients, { queueUrl }: Deployment): Promise<number> {
  const queue = openSqsQueue({ client: sqs, queueUrl })
  try {
    return (await queue.depth()).messages
  } finally {
    await queue.close()
  }
}

async function readSecrets(
  { secrets }: CloudClients,
  deployment: Deployment,
  definition: string,
): Promise<Readonly<Record<string, string>>> {
  const values = Object.entries(deployment.secretsOf(definition)).map(async ([variable, SecretId]) => {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }))
    return [variable, SecretString] as const
  })
  return Object.fromEntries(await Promise.all(values))
}
