import { afterEach, describe, expect, test } from 'vitest'
import { runReactor } from '../../../functions/local/reactorLoop.ts'
import { eventMessage } from '../../../functions/reactor/events.ts'
import type { Delivery, Queue } from '../../../integrations/queue/index.ts'
import { QueueError } from '../../../integrations/queue/index.ts'
import { openMemoryQueue } from '../../../integrations/queue/memory.ts'
import { Event } from '../../../schemas/event.ts'
import type { LifeSettings } from '../../../schemas/lifeSettings.ts'
import { simulatedTime } from '../../support/simulatedTime.ts'
import { projectId, runsOf, worldWithSeeds } from '../reactor/reactorWorld.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A reactor that reads a queue, in a time that passes by itself. */
async function reacting(life: Partial<LifeSettings> = {}, change: (queue: Queue) => Queue = (queue) => queue) {
  const time = simulatedTime(Date.UTC(2030, 0, 1, 12))
  const messages = openMemoryQueue({
    now: time.now,
    after(milliseconds, call) {
      const off = new AbortController()
      time.wait(milliseconds, off.signal).then(call, () => undefined)
      return () => off.abort()
    },
  })
  const lines: string[] = []
  const listeners = new Map<string, () => void>()
  const note = (_: object, message: string): void => {
    lines.push(message)
    for (const [text, heard] of listeners) if (message.includes(text)) heard()
  }
  const world = await worldWithSeeds(life, {
    now: () => new Date(time.now()),
    wait: time.wait,
    log: { info: note, warn: note, error: note },
  })
  const over = new AbortController()
  const queue = change(messages)
  const running = runReactor(queue, { ...world.place, signal: over.signal })
  const close = async () => {
    over.abort()
    await time.until(running)
  }
  closing.push(close)
  const ids = { count: 0 }
  return {
    ...world,
    time,
    lines,
    queue: messages,
    close,
    send: (kind: Event['kind'], more: Partial<Event> = {}) =>
      messages.send(
        eventMessage(
          Event.parse({
            id: `event${++ids.count}`,
            platform: 'label-studio',
            project: projectId,
            kind,
            at: new Date(time.now()).toISOString(),
            ...more,
          }),
        ),
      ),
    /** Lets time pass until the log says so. */
    said: (text: string) =>
      time.until(new Promise<void>((resolve) => void listeners.set(text, resolve))).then(() => listeners.delete(text)),
  }
}

const looks = (lines: readonly string[]) => lines.filter((line) => line === 'looked at the project').length

describe('the reactor of one machine', () => {
  test('reacts to an event, and ends the delivery', async () => {
    const at = await reacting()
    for (const task of at.tasks) at.paint(task, [1, 1])
    await at.send('annotations')
    await at.said('looked at the project')
    await at.close()
    expect(await runsOf(at)).toHaveLength(1)
    expect(await at.queue.depth()).toEqual({ messages: 0, dead: 0 })
  })

  test('comes back to a project that settles, without another event', async () => {
    const at = await reacting({ debounceSeconds: 60 })
    for (const task of at.tasks) at.paint(task, [1, 1], { at: new Date(at.time.now()).toISOString() })
    await at.send('annotations')
    await at.said('a run begins')
    expect(at.time.seconds()).toBe(60)
    await at.close()
    expect(await at.queue.depth()).toMatchObject({ messages: 0 })
  })

  test('does not carry an order out again for that', async () => {
    const at = await reacting({ debounceSeconds: 30, seedCount: 2 })
    for (const task of at.tasks) at.paint(task, [1, 1], { at: new Date(at.time.now()).toISOString() })
    await at.send('forget', { version: 'sixteen-v1' })
    await at.send('annotations')
    await at.said('a run begins')
    await at.close()
    expect(at.lines.filter((line) => line === 'predictions were taken away')).toHaveLength(1)
    expect(await at.queue.depth()).toMatchObject({ messages: 0 })
  })

  test('waits for a platform that is out of reach, and misses nothing', async () => {
    const at = await reacting()
    for (const task of at.tasks) at.paint(task, [1, 1])
    at.platform.setUnavailable(true)
    void at.time.wait(100_000).then(() => at.platform.setUnavailable(false))
    await at.send('annotations')
    await at.said('a run begins')
    expect(at.time.seconds()).toBeGreaterThanOrEqual(100)
    expect(at.lines.filter((line) => line.startsWith('tried again later'))).not.toEqual([])
  })

  test('looks at one project while it waits for another', async () => {
    const at = await reacting()
    at.platform.addProject({ id: '2', labels: ['Hair'] })
    const first = Promise.withResolvers<void>()
    const { readProject } = at.platform
    at.platform.readProject = async (project) => {
      if (project === projectId) await first.promise
      return readProject(project)
    }
    await at.send('annotations')
    await at.send('annotations', { project: '2' })
    await at.said('looked at the project')
    expect(await at.state()).toBeUndefined()
    first.resolve()
    await at.said('looked at the project')
    expect(await at.state()).toBeDefined()
  })
})

describe('a queue in trouble', () => {
  test('that cannot be read is read again after a while', async () => {
    const failing = { left: 4 }
    const at = await reacting({}, (queue) => ({
      ...queue,
      receive: async (options) => {
        failing.left -= 1
        if (failing.left >= 0) throw new QueueError('the disk is full')
        return queue.receive(options)
      },
    }))
    await at.send('annotations')
    await at.said('looked at the project')
    expect(at.time.seconds()).toBe(5)
    expect(at.lines.filter((line) => line.includes('the queue cannot be read'))).toHaveLength(4)
  })

  test('that does not take the end of a delivery hands it out again: the look is done twice, which is well', async () => {
    const failing = { left: 1 }
    const broken = (delivery: Delivery): Delivery => ({
      ...delivery,
      done: async () => {
        failing.left -= 1
        if (failing.left >= 0) throw new QueueError('the disk is full')
        await delivery.done()
      },
    })
    const at = await reacting({}, (queue) => ({
      ...queue,
      receive: async (options) => {
        const delivery = await queue.receive(options)
        return delivery && broken(delivery)
      },
    }))
    for (const task of at.tasks) at.paint(task, [1, 1])
    await at.send('annotations')
    await at.said('could not be noted down')
    await at.said('looked at the project')
    await at.close()
    expect(looks(at.lines)).toBe(2)
    expect(await runsOf(at)).toHaveLength(1)
    expect(await at.queue.depth()).toMatchObject({ messages: 0 })
  })
})

test('the loop ends when it is told to, though nothing comes', async () => {
  const at = await reacting()
  await at.close()
  expect(at.lines).toEqual([])
})
