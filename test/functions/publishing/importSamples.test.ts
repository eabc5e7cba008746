import { describe, expect, test } from 'vitest'
import { importSamples, tasksBySample } from '../../../functions/publishing/importSamples.ts'
import { ImportUnsettledError, PlatformError, PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { LeaseLostError, takeLease } from '../../../integrations/storage/index.ts'
import { form, keys, prediction, project, publishingWorld, wantedTasks } from './publishingPlace.ts'

const samplesOf = ({ platform }: ReturnType<typeof publishingWorld>) =>
  platform.tasks(project).flatMap(({ sample }) => sample ?? [])
const ids = (count: number) => Array.from({ length: count }, (_, index) => `avatars-s${index}-t1`)

describe('samples that are to be tasks', () => {
  test('are imported in batches of what the platform takes, with their predictions', async () => {
    const world = publishingWorld({ importLimit: 3 })
    const sizes: number[] = []
    const platform = {
      ...world.platform,
      importTasks: (...given: Parameters<typeof world.platform.importTasks>) => {
        sizes.push(given[2].length)
        return world.platform.importTasks(...given)
      },
    }
    const counts: number[] = []
    const { wanted } = wantedTasks(7, { prediction: prediction() })
    const importing = importSamples(world.place({ platform }), form, wanted, (count) => counts.push(count))
    await world.time.until(importing)
    expect(sizes).toEqual([3, 3, 1])
    expect(samplesOf(world)).toEqual(ids(7))
    expect(world.platform.predictions(project)).toHaveLength(7)
    expect(counts).toEqual([0, 3, 6, 7])
  })

  test('are left alone, and not even loaded, where they are there', async () => {
    const world = publishingWorld()
    await world.time.until(importSamples(world.place(), form, wantedTasks(2).wanted))
    const again = wantedTasks(3)
    await world.time.until(importSamples(world.place(), form, again.wanted))
    expect(samplesOf(world)).toEqual(ids(3))
    expect(again.loaded).toEqual(['avatars-s2-t1'])
  })

  test('are nothing to ask the platform about where there are none', async () => {
    const world = publishingWorld()
    world.platform.setUnavailable(true)
    await importSamples(world.place(), form, [])
    expect(await world.store.head(keys.publisher)).toBeUndefined()
  })

  test('are there once, though two publish them at the same time', async () => {
    const world = publishingWorld({ importLimit: 2 })
    const publish = () => importSamples(world.place(), form, wantedTasks(7).wanted)
    await world.time.until(Promise.all([publish(), publish(), publish()]))
    expect(samplesOf(world)).toEqual(ids(7))
  })

  test('do not come again where a person doubled a task: the first counts', async () => {
    const world = publishingWorld()
    const { wanted } = wantedTasks(1)
    await world.time.until(importSamples(world.place(), form, wanted))
    const [first] = world.platform.tasks(project)
    const doubled = { sample: first?.sample ?? '', kind: 'generated', image: Uint8Array.of(1) } as const
    await world.platform.importTasks(project, form, [doubled])
    world.platform.addForeignTask(project)
    await world.time.until(importSamples(world.place(), form, wanted))
    expect(world.platform.tasks(project)).toHaveLength(3)
    expect([...(await tasksBySample(world.place()))]).toEqual([[first?.sample, first]])
  })
})

describe('an import without an answer', () => {
  test.each([
    ['was done all the same: it is not sent again', 'unsettled-but-done', 2],
    ['was not done: it is sent again when it had time to show up', 'unsettled-and-not-done', 10],
  ] as const)('that %s', async (_, failure, seconds) => {
    const world = publishingWorld({ importLimit: 2 })
    world.platform.failNext(failure)
    await world.time.until(importSamples(world.place(), form, wantedTasks(4).wanted))
    expect(samplesOf(world)).toEqual(ids(4))
    expect(world.time.seconds()).toBe(seconds)
    expect(world.troubles).toEqual(['The import got no answer: list the tasks.'])
  })

  test('has its time although the platform is out of reach for longer than that', async () => {
    const world = publishingWorld()
    let imports = 0
    const platform = {
      ...world.platform,
      async importTasks(...given: Parameters<typeof world.platform.importTasks>) {
        imports += 1
        if (imports > 1) return world.platform.importTasks(...given)
        world.platform.setUnavailable(true)
        void world.time.wait(60_000).then(async () => {
          world.platform.setUnavailable(false)
          // What it had taken comes a moment after it is back.
          await world.time.wait(5000)
          await world.platform.importTasks(...given)
        })
        throw new ImportUnsettledError('no answer')
      },
    }
    await world.time.until(importSamples(world.place({ platform }), form, wantedTasks(3).wanted))
    expect(samplesOf(world)).toEqual(ids(3))
    expect(imports).toBe(1)
  })

  test('again and again, while nothing shows up, is an error in the end', async () => {
    const world = publishingWorld()
    for (let failure = 0; failure < 20; failure++) world.platform.failNext('unsettled-and-not-done')
    const importing = world.time.until(importSamples(world.place(), form, wantedTasks(2).wanted))
    await expect(importing).rejects.toThrow(ImportUnsettledError)
    expect(world.troubles).toHaveLength(3)
  })

  test('now and then does not add up to an error', async () => {
    const world = publishingWorld({ importLimit: 1 })
    const imports = { count: 0 }
    const platform = {
      ...world.platform,
      importTasks: async (...given: Parameters<typeof world.platform.importTasks>) => {
        imports.count += 1
        // Of three that are sent, two are lost.
        if (imports.count % 3 !== 0) throw new ImportUnsettledError('no answer')
        await world.platform.importTasks(...given)
      },
    }
    await world.time.until(importSamples(world.place({ platform }), form, wantedTasks(4).wanted))
    expect(samplesOf(world)).toEqual(ids(4))
  })
})

describe('publishing', () => {
  test('waits for a platform that is out of reach, and goes on', async () => {
    const world = publishingWorld({ importLimit: 2 })
    world.platform.setUnavailable(true)
    void world.time.wait(120_000).then(() => world.platform.setUnavailable(false))
    await world.time.until(importSamples(world.place(), form, wantedTasks(3).wanted))
    expect(samplesOf(world)).toEqual(ids(3))
  })

  test('fails when the platform stays out of reach, or refuses; the next publisher need not wait', async () => {
    const world = publishingWorld()
    const { wanted } = wantedTasks(1)
    world.platform.setUnavailable(true)
    const waiting = world.time.until(importSamples(world.place(), form, wanted))
    await expect(waiting).rejects.toThrow(PlatformUnavailableError)
    expect(world.time.seconds()).toBeGreaterThanOrEqual(600)
    world.platform.setUnavailable(false)
    world.platform.failNext('refused')
    const refused = world.time.until(importSamples(world.place(), form, wanted))
    await expect(refused).rejects.toThrow(PlatformError)
    const before = world.time.seconds()
    await world.time.until(importSamples(world.place(), form, wanted))
    expect(world.time.seconds()).toBe(before)
    expect(samplesOf(world)).toEqual(ids(1))
  })

  test('waits out the place of a publisher that was killed', async () => {
    const world = publishingWorld()
    const { now, wait } = world.time
    await takeLease(world.store, keys.publisher, { holder: 'killed', seconds: 30, now, wait })
    await world.time.until(importSamples(world.place(), form, wantedTasks(2).wanted))
    expect(world.time.seconds()).toBeGreaterThanOrEqual(30)
    expect(samplesOf(world)).toEqual(ids(2))
  })

  test('ends when another publisher took its place: the rest is the other’s', async () => {
    const world = publishingWorld({ importLimit: 2 })
    const { wanted } = wantedTasks(4)
    // Loading the third takes so long that this process must have slept.
    const slow = wanted.map((task, index) =>
      index < 2 ? task : { ...task, load: () => world.time.wait(100_000).then(() => task.load()) },
    )
    const sleepy = world.place({ wait: (milliseconds, signal) => world.time.wait(6 * milliseconds, signal) })
    const losing = importSamples(sleepy, form, slow)
    const winning = importSamples(world.place(), form, wanted)
    const [lost] = await world.time.until(Promise.allSettled([losing, winning]))
    expect(lost).toMatchObject({ status: 'rejected', reason: expect.any(LeaseLostError) })
    expect(samplesOf(world)).toEqual(ids(4))
  })

  test('stops between two batches when it is told to, with the reason', async () => {
    const world = publishingWorld({ importLimit: 2 })
    const controller = new AbortController()
    const reason = new Error('a person stopped it')
    const importing = importSamples(
      world.place({ signal: controller.signal }),
      form,
      wantedTasks(6).wanted,
      (count) => count >= 2 && controller.abort(reason),
    )
    await expect(world.time.until(importing)).rejects.toBe(reason)
    expect(samplesOf(world)).toEqual(ids(2))
  })
})
