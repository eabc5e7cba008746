import { describe, expect, test } from 'vitest'
import {
  LeaseLostError,
  type LeaseOptions,
  StorageError,
  takeLease,
  whileHolding,
} from '../../../integrations/storage/index.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import { simulatedTime } from '../../support/simulatedTime.ts'

const key = 'projects/label-studio-1/publisher.json'

/** A store that several holders share, with time that passes by itself. */
function place() {
  const time = simulatedTime()
  const store = openMemoryStore()
  const options = (holder: string, more: Partial<LeaseOptions> = {}): LeaseOptions => ({
    holder,
    seconds: 30,
    now: time.now,
    wait: time.wait,
    ...more,
  })
  return { time, store, options }
}

/** An action that lasts as long as it is given. */
const lasting =
  ({ time }: ReturnType<typeof place>, seconds: number) =>
  (signal: AbortSignal) =>
    time.wait(1000 * seconds, signal)

describe('a lease', () => {
  test('is given to one after the other', async () => {
    const at = place()
    const order: string[] = []
    const hold = (holder: string) =>
      whileHolding(at.store, key, at.options(holder), async (signal) => {
        order.push(`${holder} begins`)
        await lasting(at, 5)(signal)
        order.push(`${holder} ends`)
      })
    await at.time.until(Promise.all([hold('a'), hold('b'), hold('c')]))
    const [first, , second, , third] = order
    expect(order).toEqual([first, second, third].flatMap((begun) => [begun, begun?.replace('begins', 'ends')]))
    expect([first, second, third].toSorted()).toEqual(['a begins', 'b begins', 'c begins'])
  })

  test('is held for as long as the action takes: it is renewed', async () => {
    const at = place()
    const ended: string[] = []
    const long = whileHolding(at.store, key, at.options('a'), async (signal) => {
      await lasting(at, 300)(signal)
      ended.push('a')
    })
    const other = whileHolding(at.store, key, at.options('b'), async () => void ended.push('b'))
    await at.time.until(Promise.all([long, other]))
    expect(ended).toEqual(['a', 'b'])
  })

  test('of a holder that was killed is free when its time is up, not before', async () => {
    const at = place()
    await takeLease(at.store, key, at.options('killed'))
    await at.time.until(takeLease(at.store, key, at.options('next')))
    expect(at.time.seconds()).toBeGreaterThanOrEqual(30)
    expect(at.time.seconds()).toBeLessThanOrEqual(31)
  })

  test('that ends in the far future, by a clock that was ahead, is free when nobody renews it', async () => {
    const at = place()
    const ahead = () => at.time.now() + 365 * 86_400_000
    await takeLease(at.store, key, at.options('killed', { now: ahead }))
    await at.time.until(takeLease(at.store, key, at.options('next')))
    expect(at.time.seconds()).toBeLessThanOrEqual(31)
  })

  test('is free at once when it was given up, whatever came of the action', async () => {
    const at = place()
    const failed = whileHolding(at.store, key, at.options('a'), () => Promise.reject(new Error('no luck')))
    await expect(failed).rejects.toThrow('no luck')
    await at.time.until(takeLease(at.store, key, at.options('b')))
    expect(at.time.seconds()).toBe(0)
  })

  test('taken again by the same holder needs no wait', async () => {
    const at = place()
    await takeLease(at.store, key, at.options('a'))
    await takeLease(at.store, key, at.options('a'))
    expect(at.time.seconds()).toBe(0)
  })

  test('that another took can be neither renewed nor given up', async () => {
    const at = place()
    const old = await takeLease(at.store, key, at.options('old'))
    const next = await at.time.until(takeLease(at.store, key, at.options('next')))
    await expect(old.renew()).rejects.toThrow(LeaseLostError)
    await old.release()
    await next.renew()
  })
})

describe('an action under a lease', () => {
  test('gives its result', async () => {
    const at = place()
    expect(await whileHolding(at.store, key, at.options('a'), async () => 7)).toBe(7)
  })

  test('is aborted when the lease is lost, and the loss is what is thrown', async () => {
    const at = place()
    // Asleep for a while: it renews too late.
    const sleepy = at.options('a', { wait: (milliseconds, signal) => at.time.wait(10 * milliseconds, signal) })
    const heard: unknown[] = []
    const losing = whileHolding(at.store, key, sleepy, async (signal) => {
      signal.addEventListener('abort', () => heard.push(signal.reason))
      // As the system's timers say it.
      await lasting(at, 3600)(signal).catch(() => Promise.reject(new DOMException('aborted', 'AbortError')))
    })
    const taken = takeLease(at.store, key, at.options('b'))
    await expect(at.time.until(losing)).rejects.toThrow(LeaseLostError)
    expect(heard).toEqual([expect.any(LeaseLostError)])
    await (await taken).renew()
  })

  test('is aborted by the given signal, with its reason', async () => {
    const at = place()
    const controller = new AbortController()
    const reason = new Error('the process is shut down')
    const held = whileHolding(at.store, key, at.options('a', { signal: controller.signal }), lasting(at, 3600))
    setImmediate(() => controller.abort(reason))
    await expect(at.time.until(held)).rejects.toBe(reason)
  })

  test('never begins where the signal was aborted before, or while waiting', async () => {
    const at = place()
    const reason = new Error('stopped')
    const never = () => Promise.reject(new Error('it began'))
    const aborted = at.options('a', { signal: AbortSignal.abort(reason) })
    await expect(whileHolding(at.store, key, aborted, never)).rejects.toBe(reason)
    await takeLease(at.store, key, at.options('other'))
    const controller = new AbortController()
    const waiting = whileHolding(at.store, key, at.options('a', { signal: controller.signal }), never)
    setImmediate(() => controller.abort(reason))
    await expect(at.time.until(waiting)).rejects.toBe(reason)
  })

  test('keeps its result where the lease cannot be given up, and its error, too', async () => {
    const at = place()
    const full = { ...at.store, replace: () => Promise.reject(new StorageError('the disk is full')) }
    expect(await whileHolding(full, key, at.options('a'), async () => 7)).toBe(7)
    const failed = whileHolding(full, 'projects/label-studio-2/publisher.json', at.options('a'), () =>
      Promise.reject(new Error('no luck')),
    )
    await expect(failed).rejects.toThrow('no luck')
  })
})
