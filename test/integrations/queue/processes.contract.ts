import { readFile } from 'node:fs/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Queue } from '../../../integrations/queue/index.ts'
import { openSqliteQueue } from '../../../integrations/queue/sqlite.ts'
import { drain } from '../../contract/queue.ts'
import { freshFile } from './folder.ts'
import { groups, messagesOfSender, visibilitySeconds } from './queueProcess.ts'
import { startQueueProcess } from './startQueueProcess.ts'

const isDone = (report: string): boolean => report === 'done'

/** What was worked on in a group, in order. */
const workedOn = async (file: string, group: string): Promise<string[]> => {
  const log = await readFile(`${file}.${group}.log`, 'utf8').catch(() => '')
  return log.split('\n').filter((line) => line !== '')
}

/** The queue after all deliveries that were under way have expired. */
const openLater = async (file: string): Promise<Queue> => {
  const queue = await openSqliteQueue({ file, now: () => Date.now() + visibilitySeconds * 1000 })
  onTestFinished(() => queue.close())
  return queue
}

describe('several processes at one queue', () => {
  test('work on every message once, in order, and never on one group at the same time', async () => {
    const file = await freshFile()
    const senders = await Promise.all(['one', 'two'].map((name) => startQueueProcess(file, 'send', name)))
    const workers = await Promise.all([1, 2].map(() => startQueueProcess(file, 'work')))
    for (const process of [...workers, ...senders]) process.tell('go')
    await Promise.all(senders.map((sender) => sender.until(isDone)))
    for (const worker of workers) worker.tell('stop')
    await Promise.all(workers.map((worker) => worker.until(isDone)))

    for (const [index, group] of groups.entries()) {
      const lines = await workedOn(file, group)
      for (const name of ['one', 'two']) {
        const expected = Array.from({ length: messagesOfSender }, (_, message) => message)
          .filter((message) => message % groups.length === index)
          .map((message) => `${name} ${message}`)
        expect(lines.filter((line) => line.startsWith(name))).toEqual(expected)
      }
    }
  }, 120_000)

  test('lose nothing that was sent when senders and workers are killed at any moment', async () => {
    const file = await freshFile()
    const sent: string[] = []
    const survivor = await startQueueProcess(file, 'work')
    survivor.tell('go')
    const rounds = [1, 4, 9, 23, 57]
    for (const [round, reports] of rounds.entries()) {
      // Groups of its own, since those of a killed worker stay under way.
      const sender = await startQueueProcess(file, 'send forever', `round${round}`)
      const worker = await startQueueProcess(file, 'work')
      for (const process of [worker, sender]) process.tell('go')
      sent.push(...(await sender.until((report) => report.endsWith(` ${reports}`))))
      await worker.until((report) => report.startsWith('working'))
      await worker.kill()
      sent.push(...(await sender.kill()))
    }
    survivor.tell('stop')
    await survivor.until(isDone)

    const queue = await openLater(file)
    const left = (await drain(queue)).flatMap(({ bodies }) => bodies)
    const names = rounds.flatMap((_, round) => groups.map((group) => `round${round}${group}`))
    const worked = await Promise.all(names.map((group) => workedOn(file, group)))
    const found = new Set([...worked.flat(), ...left])
    const missing = sent.map((report) => report.replace('sent ', '')).filter((body) => !found.has(body))
    expect(sent.length).toBeGreaterThan(94)
    expect(missing).toEqual([])
    expect(await queue.depth()).toEqual({ messages: 0, dead: 0 })
  }, 120_000)

  test('give the delivery of one that was killed to another, once it has expired', async () => {
    const file = await freshFile()
    const queue = await openSqliteQueue({ file })
    onTestFinished(() => queue.close())
    const worker = await startQueueProcess(file, 'hold')
    worker.tell('go')
    await queue.send({ group: 'a', id: '1', body: 'message' })
    await worker.until((report) => report.startsWith('holding'))
    await worker.kill()
    expect(await queue.receive({ visibilitySeconds, waitSeconds: 0 })).toBeUndefined()
    const again = await (await openLater(file)).receive({ visibilitySeconds, waitSeconds: 0 })
    expect(again).toMatchObject({ group: 'a', bodies: ['message'], attempt: 2 })
  }, 120_000)
})
