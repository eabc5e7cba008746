/**
 * How fast webhooks are acknowledged, and whether any is lost: the edge with its durable queue in one process, a client
 * at full speed in another. Beside it the same load on `/health`, which shows what the network and the client cost.
 * `npm run bench:webhooks`
 */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { z } from 'zod'
import { createApp, projectKey } from '../functions/edge/index.ts'
import { openMetrics } from '../functions/edge/metrics.ts'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { openSqliteQueue } from '../integrations/queue/sqlite.ts'
import { openMemoryStore } from '../integrations/storage/memory.ts'
import { Event } from '../schemas/event.ts'
import { describeMachine } from './support/machine.ts'

const [webhooks, connections, projects, warmUp] = [10_000, 16, 4, 500]
const accessKey = 'bench-access-key'
const hostname = '127.0.0.1'

/** The webhook of a real server 1.23.2, when an annotation with one mask was saved. */
const recording = new URL('../test/fixtures/label-studio/webhook_ANNOTATION_CREATED.json', import.meta.url)
const Body = z.looseObject({ annotation: z.looseObject({}), project: z.looseObject({}) })

/** Serves until the parent says that it is enough. */
async function serveEdge(file: string): Promise<void> {
  const store = openMemoryStore()
  const queue = await openSqliteQueue({ file })
  const { fetch } = createApp({ store, queue, accessKey, metrics: openMetrics({ store, queue }) })
  const server = serve({ fetch, hostname, port: 0 }, ({ port }) => process.send?.({ port }))
  process.on('message', () => {
    server.close()
    queue.close().then(() => process.disconnect())
  })
}

interface Sent {
  readonly path: string
  readonly body: string | undefined
}

/** @returns milliseconds to the end of the answer of each request, ascending. */
async function load(port: number, requests: readonly Sent[]): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const waits: number[] = []
  const line = requests.values()
  const send = ({ path, body }: Sent) =>
    new Promise<void>((resolve, reject) => {
      const start = performance.now()
      const headers =
        body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
      const sent = request({ agent, hostname, port, path, method: body === undefined ? 'GET' : 'POST', headers })
      sent.on('error', reject)
      sent.on('response', (response) => {
        response.resume()
        response.on('end', () => {
          waits.push(performance.now() - start)
          if (response.statusCode === 200) resolve()
          else reject(new BenchError(`${path.replace(accessKey, '…')} answered ${response.statusCode}`))
        })
      })
      sent.end(body)
    })
  const work = async (): Promise<void> => {
    for (const one of line) await send(one)
  }
  await Promise.all(Array.from({ length: connections }, work))
  agent.destroy()
  return waits.toSorted((a, b) => a - b)
}

class BenchError extends Error {
  override readonly name = 'BenchError'
}

function webhook(index: number): Sent {
  const project = String((index % projects) + 1)
  const body = {
    ...recorded,
    annotation: { ...recorded.annotation, id: index + 1 },
    project: { ...recorded.project, id: Number(project) },
  }
  return { path: `/k/${projectKey(accessKey, 'label-studio', project)}/webhook`, body: JSON.stringify(body) }
}

const recorded = Body.parse(z.object({ body: z.unknown() }).parse(JSON.parse(readFileSync(recording, 'utf8'))).body)

/** Ids of the annotations that the queue holds. */
async function queued(file: string): Promise<ReadonlySet<string>> {
  const queue = await openSqliteQueue({ file })
  const ids = new Set<string>()
  for (;;) {
    const delivery = await queue.receive({ visibilitySeconds: 60, waitSeconds: 0 })
    if (delivery === undefined) break
    for (const body of delivery.bodies) for (const id of Event.parse(JSON.parse(body)).annotations) ids.add(id)
    await delivery.done()
  }
  await queue.close()
  return ids
}

async function measure(file: string): Promise<void> {
  const child = fork(new URL(import.meta.url), [file])
  const port = await new Promise<number>((resolve, reject) => {
    child.on('message', (message) => resolve(z.object({ port: z.number() }).parse(message).port))
    child.on('exit', () => reject(new BenchError('the server ended')))
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const health = { path: '/health', body: undefined }
  await load(port, new Array<Sent>(warmUp).fill(health))
  const floor = await timed('GET /health', () => load(port, new Array<Sent>(webhooks).fill(health)))
  // These count, too: none may be lost.
  await load(
    port,
    Array.from({ length: warmUp }, (_, index) => webhook(webhooks + index)),
  )
  const hooks = await timed('POST /webhook', () =>
    load(
      port,
      Array.from({ length: webhooks }, (_, index) => webhook(index)),
    ),
  )
  child.send('enough')
  await ended
  const ids = await queued(file)
  console.log(`${describeMachine()}; ${webhooks} requests of each kind over ${connections} connections\n`)
  console.log(table(['', 'a second', 'p50 ms', 'p90 ms', 'p99 ms', 'longest ms'], [floor, hooks]))
  console.log(`\n${ids.size} of ${webhooks + warmUp} webhooks are in the queue`)
  if (ids.size !== webhooks + warmUp) process.exitCode = 1
}

async function timed(name: string, work: () => Promise<readonly number[]>): Promise<readonly string[]> {
  const start = performance.now()
  const waits = await work()
  const seconds = (performance.now() - start) / 1000
  const at = (share: number): string => (waits[Math.ceil(waits.length * share) - 1] ?? Number.NaN).toFixed(1)
  return [name, (waits.length / seconds).toFixed(0), at(0.5), at(0.9), at(0.99), at(1)]
}

const [, , given] = process.argv
if (given !== undefined) await serveEdge(given)
else {
  const folder = mkdtempSync(join(tmpdir(), 'sixteen-webhooks-'))
  try {
    await measure(join(folder, 'queue.sqlite'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
