/** The worker thread in which every session lives. Requests are served one after another. */
import { parentPort } from 'node:worker_threads'
import { SessionError } from './device.ts'
import type { HostTensor } from './hostTensor.ts'
import type { Answers, Envelope, Feed, Reply, Request } from './protocol.ts'
import {
  createSession,
  fromRuntime,
  type RuntimeSession,
  type RuntimeTensor,
  releaseTensor,
  runtimeVersion,
  toRuntime,
} from './runtime.ts'

const port = parentPort
if (port === null) throw new SessionError('worker.ts is started by openEngine, not by itself')

const sessions = new Map<number, RuntimeSession>()
const kept = new Map<number, RuntimeTensor>()
let count = 0
let queue: Promise<void> = Promise.resolve()

port.on('message', ({ id, request }: Envelope) => {
  queue = queue.then(async () => {
    const reply = await serve(request).then(
      (answer): Reply => ({ id, answer }),
      (error: unknown): Reply => ({ id, error: describe(error) }),
    )
    try {
      port.postMessage(reply, transferables(reply))
    } catch (error) {
      port.postMessage({ id, error: describe(error) } satisfies Reply)
    }
  })
})

async function serve(request: Request): Promise<Answers[keyof Answers]> {
  switch (request.kind) {
    case 'load':
      sessions.set(++count, await createSession(request.model, request))
      return { session: count, runtimeVersion }
    case 'run':
      return run(request)
    case 'release':
      await sessionOf(request.session).release()
      sessions.delete(request.session)
      return null
    case 'keep':
      kept.set(++count, toRuntime(request.tensor))
      return { kept: count }
    case 'fetch':
      return { tensor: copyOf(await fromRuntime(tensorOf({ kept: request.kept }))) }
    case 'drop':
      for (const number of request.kept) {
        const tensor = kept.get(number)
        if (tensor !== undefined) releaseTensor(tensor)
        kept.delete(number)
      }
      return null
  }
}

async function run({ session, feeds, keep }: Extract<Request, { kind: 'run' }>): Promise<Answers['run']> {
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(feed)]))
  const outputs = await sessionOf(session).run(inputs)
  const results: Record<string, HostTensor> = {}
  const numbers: Record<string, number> = {}
  for (const [name, tensor] of Object.entries(outputs)) {
    if (keep.includes(name)) {
      kept.set(++count, tensor)
      numbers[name] = count
    } else results[name] = await fromRuntime(tensor)
  }
  return { results, kept: numbers }
}

function sessionOf(number: number): RuntimeSession {
  const session = sessions.get(number)
  if (session === undefined) throw new SessionError('this session was released')
  return session
}

function tensorOf(feed: Feed): RuntimeTensor {
  if (!('kept' in feed)) return toRuntime(feed)
  const tensor = kept.get(feed.kept)
  if (tensor === undefined) throw new SessionError('this kept tensor was dropped')
  return tensor
}

function copyOf(tensor: HostTensor): HostTensor {
  return { ...tensor, data: tensor.data.slice() }
}

function transferables(reply: Reply): ArrayBuffer[] {
  if (!('answer' in reply) || reply.answer === null) return []
  const { answer } = reply
  const tensors = 'results' in answer ? Object.values(answer.results) : 'tensor' in answer ? [answer.tensor] : []
  return tensors.flatMap(({ data }) => (data.buffer instanceof ArrayBuffer ? [data.buffer] : []))
}

function describe(error: unknown): { name: string; message: string } {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) }
}
