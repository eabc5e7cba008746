/**
 * How long the web app takes to begin on Lambda, beside a function that does nothing, started in turns: each in a process
 * of its own, by the runtime interface client that Lambda uses, with a Runtime API on this machine. `npm run bench:cold-start`
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { bundleFunction } from '../cdk/bundleFunction.ts'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { openCloudServices } from './support/lambdaRuntime/cloudServices.ts'
import { type ColdStart, coldStart } from './support/lambdaRuntime/coldStart.ts'
import { httpEvent } from './support/lambdaRuntime/httpEvent.ts'
import { interfaceClient, interfaceClientVersion } from './support/lambdaRuntime/interfaceClient.ts'
import { describeMachine } from './support/machine.ts'
import { median } from './support/median.ts'

/** What must hold: bytes of the bundle, and a cold start to `/health` in times of the empty function's. */
const limits = { bytes: 2 * 2 ** 20, ratio: 2 }
const rounds = 15
const accessKey = 'bench-access-key'
const root = join(import.meta.dirname, '..')

/** A measurement is not what it should be of. */
class BenchError extends Error {
  override readonly name = 'BenchError'
}

/** The webhook of a real server 1.23.2, when an annotation with one mask was saved. */
const recording = join(root, 'test/fixtures/label-studio/webhook_ANNOTATION_CREATED.json')
const webhook = JSON.stringify(z.object({ body: z.unknown() }).parse(JSON.parse(readFileSync(recording, 'utf8'))).body)

interface Subject {
  readonly name: string
  readonly folder: string
  readonly event: unknown
  /** In the answer, which shows that it did what it should. */
  readonly says: string
}

async function measure(folder: string): Promise<void> {
  const client = interfaceClient(join(root, '.cache'))
  const [empty, app] = [join(folder, 'empty'), join(folder, 'app')]
  mkdirSync(empty)
  writeFileSync(join(empty, 'index.mjs'), 'export const handler = async () => ({ statusCode: 200 })\n')
  const { bytes, bytesAtStart } = await bundleFunction(join(root, 'functions/cloud/edge.ts'), app)

  const health = httpEvent('GET', '/health')
  const subjects: readonly Subject[] = [
    { name: 'empty function', folder: empty, event: health, says: '"statusCode":200' },
    { name: 'app, GET /health', folder: app, event: health, says: String.raw`\"status\":\"UP\"` },
    {
      name: 'app, POST /webhook',
      folder: app,
      event: httpEvent('POST', `/k/${accessKey}/webhook`, webhook),
      says: String.raw`\"status\":`,
    },
  ]
  const services = await openCloudServices(accessKey)
  const environment = {
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: services.address,
    SIXTEEN_ACCESS_KEY_SECRET: 'access-key',
    SIXTEEN_BUCKET: 'bench',
    SIXTEEN_QUEUE_URL: `${services.address}/123456789012/events.fifo`,
    SIXTEEN_STATE_MACHINE: 'arn:aws:states:eu-central-1:123456789012:stateMachine:bench',
  }
  const starts = new Map(subjects.map(({ name }): [string, ColdStart[]] => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const { name, folder: task, event, says } of subjects) {
      const start = await coldStart({ client, folder: task, environment }, [event, event])
      for (const { answer } of start.invocations)
        if (!answer.includes('"statusCode":200') || !answer.includes(says))
          throw new BenchError(`${name} answered ${answer.slice(0, 500)}`)
      starts.get(name)?.push(start)
    }
  await services.close()
  if (services.sent.length !== 2 * rounds)
    throw new BenchError(`${services.sent.length} of ${2 * rounds} webhooks are in the queue`)

  const medians = subjects.map(({ name }) => {
    const of = starts.get(name) ?? []
    const [first, second] = [0, 1].map((index) => of.map((one) => one.invocations[index]?.milliseconds ?? Number.NaN))
    return {
      name,
      initialization: median(of.map((one) => one.initialization)),
      first: median(first ?? []),
      total: median(of.map(({ initialization }, index) => initialization + (first?.[index] ?? Number.NaN))),
      second: median(second ?? []),
    }
  })
  const floor = medians[0]?.total ?? Number.NaN
  console.log(`${describeMachine()}; aws-lambda-ric ${interfaceClientVersion}, medians of ${rounds} cold starts\n`)
  console.log(
    table(
      ['', 'initialization ms', 'first answer ms', 'cold start ms', '× empty', 'second answer ms'],
      medians.map(({ name, initialization, first, total, second }) => [
        name,
        ...[initialization, first, total].map((value) => value.toFixed(1)),
        (total / floor).toFixed(2),
        second.toFixed(1),
      ]),
    ),
  )
  console.log(`\nbundle: ${bytes} bytes, of which ${bytesAtStart} are read at the start; the limit is ${limits.bytes}`)
  const ratio = (medians[1]?.total ?? Number.NaN) / floor
  console.log(
    `a cold start to /health takes ${ratio.toFixed(2)} times that of the empty function; the limit is ${limits.ratio}`,
  )
  if (!(bytes <= limits.bytes) || !(ratio <= limits.ratio)) process.exitCode = 1
}

const folder = mkdtempSync(join(tmpdir(), 'sixteen-cold-start-'))
try {
  await measure(folder)
} finally {
  rmSync(folder, { recursive: true })
}
