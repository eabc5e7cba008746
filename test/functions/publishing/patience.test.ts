import { describe, expect, test } from 'vitest'
import { patiently } from '../../../functions/publishing/patience.ts'
import { PlatformError, PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { publishingWorld } from './publishingPlace.ts'

/** Is out of reach so many times, then gives 7. */
function failing(times: number) {
  const tries = { count: 0 }
  const action = async (): Promise<number> => {
    tries.count += 1
    if (tries.count <= times) throw new PlatformUnavailableError(`it does not answer (${tries.count})`)
    return 7
  }
  return { action, tries }
}

describe('patience', () => {
  test('tries again after growing pauses, tells why, and gives the result', async () => {
    const world = publishingWorld()
    const { action } = failing(4)
    expect(await world.time.until(patiently(world.place(), action))).toBe(7)
    // 0.5 + 1 + 2 + 4 seconds.
    expect(world.time.seconds()).toBe(7.5)
    expect(world.troubles).toEqual([1, 2, 3, 4].map((attempt) => `it does not answer (${attempt})`))
  })

  test('ends: then it is an error', async () => {
    const world = publishingWorld()
    const { action, tries } = failing(Number.POSITIVE_INFINITY)
    const place = world.place({ times: { leaseSeconds: 1, settleSeconds: 1, patienceSeconds: 3600 } })
    await expect(world.time.until(patiently(place, action))).rejects.toThrow(PlatformUnavailableError)
    // Pauses grow to twenty seconds and no further.
    expect(world.time.seconds()).toBeLessThanOrEqual(3620)
    expect(tries.count).toBeGreaterThan(3600 / 20)
  })

  test('is none where there is none', async () => {
    const world = publishingWorld()
    const { action, tries } = failing(1)
    const place = world.place({ times: { leaseSeconds: 1, settleSeconds: 1, patienceSeconds: 0 } })
    await expect(patiently(place, action)).rejects.toThrow(PlatformUnavailableError)
    expect(tries.count).toBe(1)
  })

  test('is for what may pass, not for a refusal', async () => {
    const world = publishingWorld()
    const refused = () => Promise.reject(new PlatformError('No project 3: check its number.'))
    await expect(patiently(world.place(), refused)).rejects.toThrow('check its number')
    expect(world.time.seconds()).toBe(0)
  })

  test('ends at once when it is told to, also in a pause', async () => {
    const world = publishingWorld()
    const { action, tries } = failing(100)
    const controller = new AbortController()
    const reason = new Error('stopped')
    void world.time.wait(20_000).then(() => controller.abort(reason))
    const waiting = patiently(world.place({ signal: controller.signal }), action)
    await expect(world.time.until(waiting)).rejects.toBe(reason)
    expect(world.time.seconds()).toBe(20)
    const before = tries.count
    await expect(patiently(world.place({ signal: controller.signal }), action)).rejects.toBe(reason)
    expect(tries.count).toBe(before)
  })
})
