import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { newRun } from '../../../functions/factory/runRecord.ts'
import { openLocalWorkflow, StoppedError } from '../../../functions/local/workflow.ts'
import { createJson, getJson, StorageError, updateJson } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import type { Work } from '../../../integrations/workflow/index.ts'
import { Run, type RunState } from '../../../schemas/run.ts'

const project = { platform: 'label-studio', project: '1' } as const
const keys = projectKeys('label-studio', '1')
const seeds: Work = { ...project, kind: 'seeds' }
const run = (number: number): Work => ({ ...project, kind: 'run', version: `sixteen-v${number}` })
const nameOf = (work: Work): string => (work.kind === 'run' ? work.version : `seeds of ${work.project}`)

/** A workflow whose work lasts until a test ends it. */
async function place(more: { onEnd?: (work: Work, error: unknown) => Promise<void> } = {}) {
  const store = openMemoryStore()
  for (const version of ['sixteen-v1', 'sixteen-v2', 'sixteen-v3'])
    await createJson(
      store,
      keys.run(version).run,
      Run,
      newRun(version, { inputs: 'a'.repeat(64), paintings: [] }, new Date(0)),
    )
  const begun: string[] = []
  const ended: [string, unknown][] = []
  const failures: unknown[] = []
  const ends: { resolve(): void; reject(error: unknown): void }[] = []
  const workflow = openLocalWorkflow({
    store,
    perform: (work, signal) => {
      begun.push(nameOf(work))
      return new Promise((resolve, reject) => {
        ends.push({ resolve, reject })
        // As the system's timers say that they were interrupted.
        signal.addEventListener('abort', () => reject(new DOMException('The operation was aborted', 'AbortError')))
      })
    },
    onEnd: async (work, error) => {
      ended.push([nameOf(work), error])
      await more.onEnd?.(work, error)
    },
    onFailure: (error) => failures.push(error),
  })
  const setState = (version: string, state: RunState) =>
    updateJson(store, keys.run(version).run, Run, ({ error: _, ...old }) => ({
      ...old,
      state,
      ...(state === 'failed' ? { error: { message: 'no luck' } } : {}),
    }))
  return {
    store,
    workflow,
    begun,
    ended,
    failures,
    setState,
    state: async (version: string) => (await getJson(store, keys.run(version).run, Run))?.value,
    /** Ends the work that is under way, and lets what follows happen. */
    async end(error?: unknown) {
      const next = ends.shift()
      if (error === undefined) next?.resolve()
      else next?.reject(error)
      await setImmediate()
    },
  }
}

describe('work', () => {
  test('is done one piece after the other, in the order of its start', async () => {
    const at = await place()
    for (const work of [run(1), seeds, run(2)]) expect(await at.workflow.start(work)).toBe(true)
    await setImmediate()
    expect(at.begun).toEqual(['sixteen-v1'])
    await at.end()
    expect(at.begun).toEqual(['sixteen-v1', 'seeds of 1'])
    await at.end()
    await at.end()
    expect(at.ended.map(([name]) => name)).toEqual(['sixteen-v1', 'seeds of 1', 'sixteen-v2'])
  })

  test('that waits or is under way is not started again; that of another project is other work', async () => {
    const at = await place()
    expect(await at.workflow.start(seeds)).toBe(true)
    await setImmediate()
    expect(await at.workflow.start(seeds)).toBe(false)
    expect(await Promise.all([at.workflow.start(run(1)), at.workflow.start(run(1))])).toEqual([true, false])
    expect(await at.workflow.start({ ...seeds, project: '2' })).toBe(true)
    expect(await at.workflow.isActive(run(1))).toBe(true)
    expect(await at.workflow.isActive(run(2))).toBe(false)
    for (let piece = 0; piece < 3; piece++) await at.end()
    expect(at.begun).toEqual(['seeds of 1', 'sixteen-v1', 'seeds of 2'])
    expect(await at.workflow.isActive(run(1))).toBe(false)
    expect(await at.workflow.start(run(1))).toBe(true)
  })

  test('may be started from the end of the same work', async () => {
    const again = { left: 1 }
    const at = await place({
      onEnd: async (work) => {
        again.left -= 1
        if (again.left >= 0) expect(await at.workflow.start(work)).toBe(true)
      },
    })
    await at.workflow.start(seeds)
    await setImmediate()
    await at.end()
    await at.end()
    expect(at.begun).toHaveLength(2)
    expect(at.failures).toEqual([])
  })

  test('goes on though the end of other work could not be told', async () => {
    const refusal = new StorageError('the disk is full')
    const at = await place({ onEnd: () => Promise.reject(refusal) })
    await at.workflow.start(run(1))
    await at.workflow.start(run(2))
    await setImmediate()
    await at.end()
    await at.end()
    expect(at.begun).toEqual(['sixteen-v1', 'sixteen-v2'])
    expect(at.failures).toEqual([refusal, refusal])
  })
})

describe('a run', () => {
  test.each(['failed', 'stopped'] as const)('that %s is one that goes on as soon as it is started', async (state) => {
    const at = await place()
    await at.workflow.start(seeds)
    await at.setState('sixteen-v1', state)
    await at.workflow.start(run(1))
    expect(await at.state('sixteen-v1')).toMatchObject({ state: 'created' })
    expect(await at.state('sixteen-v1')).not.toHaveProperty('error')
  })

  test('that fails before its record says so is recorded as failed: it would begin again for ever', async () => {
    const at = await place()
    await at.workflow.start(run(1))
    await setImmediate()
    await at.end(new Error('no device'))
    expect(await at.state('sixteen-v1')).toMatchObject({ state: 'failed', error: { message: 'no device' } })
    expect(at.ended).toEqual([['sixteen-v1', new Error('no device')]])
  })

  test('whose record says why it failed keeps that', async () => {
    const at = await place()
    await at.workflow.start(run(1))
    await setImmediate()
    await at.setState('sixteen-v1', 'failed')
    await at.end(new Error('something else'))
    expect((await at.state('sixteen-v1'))?.error?.message).toBe('no luck')
  })
})

describe('a person', () => {
  test('stops a run that waits: it never begins', async () => {
    const at = await place()
    await at.workflow.start(seeds)
    await at.workflow.start(run(1))
    expect(await at.workflow.stop(run(1))).toBe(true)
    expect((await at.state('sixteen-v1'))?.state).toBe('stopped')
    await setImmediate()
    await at.end()
    expect(at.begun).toEqual(['seeds of 1'])
  })

  test('stops one that is under way: that is how it ends, and the next begins', async () => {
    const at = await place()
    await at.workflow.start(run(1))
    await at.workflow.start(run(2))
    await setImmediate()
    expect(await at.workflow.stop(run(1))).toBe(true)
    await setImmediate()
    expect(at.ended).toEqual([['sixteen-v1', expect.any(StoppedError)]])
    expect((await at.state('sixteen-v1'))?.state).toBe('stopped')
    expect(at.begun).toEqual(['sixteen-v1', 'sixteen-v2'])
  })

  test('stops nothing where there is nothing', async () => {
    const at = await place()
    expect(await at.workflow.stop(run(1))).toBe(false)
    expect((await at.state('sixteen-v1'))?.state).toBe('created')
  })
})

test('a shutdown interrupts what is under way and leaves what waits: all of it is to go on', async () => {
  const at = await place()
  await at.workflow.start(run(1))
  await at.setState('sixteen-v1', 'training')
  await at.workflow.start(run(2))
  await setImmediate()
  const late = at.workflow.start(run(3))
  await at.workflow.close()
  expect(await late).toBe(false)
  expect(await at.workflow.start(seeds)).toBe(false)
  expect(at.begun).toEqual(['sixteen-v1'])
  expect(at.ended).toEqual([])
  expect((await at.state('sixteen-v1'))?.state).toBe('training')
  expect((await at.state('sixteen-v2'))?.state).toBe('created')
  expect(at.failures).toEqual([])
})
