/**
 * A process at a queue's file, for tests that race or kill it: `node queueProcess.ts <file> <task> <name>`. It begins
 * when told 'go', and reports through messages.
 *
 * Who works notes every body in a log before the delivery is done, while it holds a file of the group that only one can
 * make: two deliveries of a group at the same time are thus found for certain.
 */
import { once } from 'node:events'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Queue } from '../../../integrations/queue/index.ts'
import { openSqliteQueue } from '../../../integrations/queue/sqlite.ts'

export const groups = ['a', 'b', 'c'] as const
/** Messages of a sender that ends by itself. */
export const messagesOfSender = 300
/** No delivery expires during a test by itself, however slow the machine is. */
export const visibilitySeconds = 3600

const report = (message: string): void => {
  process.send?.(message)
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const hold = (path: string): void => {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
  } catch {
    const holder = Number(readFileSync(path, 'utf8'))
    if (isAlive(holder)) throw new Error(`process ${holder} has a delivery of the same group`)
    writeFileSync(path, String(process.pid))
  }
}

/** @param prefix of the groups */
const send = async (queue: Queue, name: string, count: number, prefix: string): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    const group = `${prefix}${groups[index % groups.length]}`
    await queue.send({ group, id: `${name}.${index}`, body: `${name} ${index}` })
    report(`sent ${name} ${index}`)
  }
}

/** Works until it is told to stop, and then until nothing is ready. */
const work = async (queue: Queue, file: string, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const stopping = signal.aborted
    const wait = stopping ? { waitSeconds: 0 } : { waitSeconds: 600, signal }
    const delivery = await queue.receive({ visibilitySeconds, ...wait })
    if (delivery === undefined && stopping) return
    if (delivery === undefined) continue
    const held = `${file}.${delivery.group}.held`
    hold(held)
    report(`working ${delivery.group}`)
    // Others have their chance to come in between.
    await new Promise((resolve) => setImmediate(resolve))
    appendFileSync(`${file}.${delivery.group}.log`, delivery.bodies.map((body) => `${body}\n`).join(''))
    rmSync(held)
    await delivery.done()
  }
}

/** Takes a delivery and never ends it. */
const holdForever = async (queue: Queue): Promise<never> => {
  await queue.receive({ visibilitySeconds, waitSeconds: 600 })
  report('holding')
  return await new Promise(() => undefined)
}

const [file, task, name = ''] = process.argv.slice(2)
if (process.send && file !== undefined) {
  const queue = await openSqliteQueue({ file })
  const stop = new AbortController()
  process.on('message', (message) => {
    if (message === 'stop') stop.abort()
  })
  report('ready')
  await once(process, 'message')
  if (task === 'send') await send(queue, name, messagesOfSender, '')
  if (task === 'send forever') await send(queue, name, Number.POSITIVE_INFINITY, name)
  if (task === 'work') await work(queue, file, stop.signal)
  if (task === 'hold') await holdForever(queue)
  await queue.close()
  report('done')
  process.disconnect?.()
}
