import { describe, expect, test } from 'vitest'
import type { JobProgress } from '../../../../../functions/gpu/jobs/context.ts'
import { progressRecord } from '../../../../../functions/gpu/jobs/running/progressRecord.ts'
import { getJson, StorageError } from '../../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../../../integrations/storage/memory.ts'
import { RunProgress } from '../../../../../schemas/projectState.ts'

const key = projectKeys('label-studio', '1').run('sixteen-v1').progress
const training = (done: number, more: Partial<JobProgress> = {}): JobProgress => ({
  phase: 'train',
  task: 'training the interpreter',
  done,
  total: 100,
  unit: 'steps',
  ...more,
})

function place() {
  const memory = openMemoryStore()
  const writes = { count: 0, broken: false }
  const counted =
    <Given extends readonly unknown[]>(write: (...given: Given) => Promise<string>) =>
    (...given: Given): Promise<string> => {
      writes.count += 1
      return writes.broken ? Promise.reject(new StorageError('the disk is full')) : write(...given)
    }
  const store = { ...memory, create: counted(memory.create), replace: counted(memory.replace) }
  const clock = { at: Date.UTC(2030, 0, 1) }
  const progress = progressRecord(store, key, 'sixteen-v1', () => clock.at)
  return {
    writes,
    /** Something is told so many seconds after what was told before. */
    after(seconds: number, told: JobProgress) {
      clock.at += 1000 * seconds
      progress.onProgress(told)
    },
    async record() {
      await progress.settled()
      return (await getJson(store, key, RunProgress))?.value
    },
  }
}

describe('the progress of a run', () => {
  test('is what was told last, with the time that is left at the pace since the task began', async () => {
    const at = place()
    at.after(0, training(0))
    expect(await at.record()).not.toHaveProperty('secondsLeft')
    at.after(10, training(20))
    // Two steps a second, and eighty to go.
    expect(await at.record()).toEqual({
      schemaVersion: 1,
      version: 'sixteen-v1',
      at: '2030-01-01T00:00:10.000Z',
      phase: 'train',
      task: 'training the interpreter',
      done: 20,
      total: 100,
      unit: 'steps',
      losses: [],
      secondsLeft: 40,
    })
  })

  test('of work that goes on after an interruption counts from where it was', async () => {
    const at = place()
    at.after(0, training(50))
    at.after(10, training(60))
    expect((await at.record())?.secondsLeft).toBe(40)
  })

  test('is written at most twice a second, and at the end of a task', async () => {
    const at = place()
    for (let step = 0; step < 100; step++) at.after(0.05, training(step))
    // Five seconds, and the first time.
    await at.record()
    expect(at.writes.count).toBeLessThanOrEqual(11)
    at.after(0.01, training(100))
    expect(await at.record()).toMatchObject({ done: 100, secondsLeft: 0 })
  })

  test('never goes beyond its end', async () => {
    const at = place()
    at.after(0, training(0))
    at.after(1, training(120))
    expect(await at.record()).toMatchObject({ done: 100, total: 100, secondsLeft: 0 })
  })

  test('begins anew with each task', async () => {
    const at = place()
    at.after(0, training(0, { loss: 2 }))
    at.after(1, training(100, { loss: 1 }))
    at.after(0, training(0, { phase: 'distil', task: 'training the student', loss: 3 }))
    at.after(1, training(50, { phase: 'distil', task: 'training the student' }))
    expect(await at.record()).toMatchObject({ phase: 'distil', losses: [[0, 3]], secondsLeft: 1 })
  })
})

describe('the losses of a training', () => {
  test('are kept in their order, the newest thousand of them', async () => {
    const at = place()
    for (let step = 0; step < 1500; step++) at.after(1, training(step, { total: 2000, loss: step / 10 }))
    const losses = (await at.record())?.losses
    expect(losses).toHaveLength(1000)
    expect([losses?.[0], losses?.at(-1)]).toEqual([
      [500, 50],
      [1499, 149.9],
    ])
  })

  test('are those that were measured, not their repetitions with each step', async () => {
    const at = place()
    for (const [step, loss] of [
      [10, 2],
      [11, 2],
      [20, 2],
      [20, 1.5],
      [21, 1.5],
    ] as const)
      at.after(1, training(step, { loss }))
    expect((await at.record())?.losses).toEqual([
      [10, 2],
      [20, 1.5],
    ])
  })

  test('that are no numbers are left out, and progress goes on', async () => {
    const at = place()
    at.after(0, training(0, { loss: 1 }))
    at.after(1, training(10, { loss: Number.NaN }))
    at.after(1, training(20, { loss: Number.POSITIVE_INFINITY }))
    expect(await at.record()).toMatchObject({ done: 20, losses: [[0, 1]] })
  })
})

test('a run does not fail because its progress cannot be written, or is nonsense', async () => {
  const at = place()
  at.after(0, training(0.5))
  at.writes.broken = true
  at.after(1, training(10))
  expect(await at.record()).toBeUndefined()
  at.writes.broken = false
  at.after(1, training(20))
  expect(await at.record()).toMatchObject({ done: 20 })
})
