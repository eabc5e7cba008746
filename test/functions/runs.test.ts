import { describe, expect, test } from 'vitest'
import type { RunInputs } from '../../functions/factory/runInputs.ts'
import { listRuns, openRun } from '../../functions/runs.ts'
import { createJson, getJson, updateJson } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../integrations/storage/memory.ts'
import { Run } from '../../schemas/run.ts'

const keys = projectKeys('label-studio', '1')
const now = () => new Date('2030-01-01T12:00:00.000Z')
const madeFrom = (letter: string): RunInputs => ({
  inputs: letter.repeat(64),
  paintings: [{ sample: 'avatars-s1-t1', sha256: letter.repeat(64) }],
})

function place() {
  const store = openMemoryStore()
  return {
    store,
    open: (letter: string) => openRun(store, keys, madeFrom(letter), now),
    versions: async () => (await listRuns(store, keys)).map(({ version }) => version),
  }
}

describe('a run', () => {
  test('is named after the one before it, and says what it is made from', async () => {
    const { store, open } = place()
    expect(await open('a')).toBe('sixteen-v1')
    expect(await open('b')).toBe('sixteen-v2')
    expect((await getJson(store, keys.run('sixteen-v2').run, Run))?.value).toEqual({
      schemaVersion: 1,
      version: 'sixteen-v2',
      state: 'created',
      ...madeFrom('b'),
      createdAt: '2030-01-01T12:00:00.000Z',
      phases: [],
    })
  })

  test('of the same inputs is the same, the newest of them, whatever became of it', async () => {
    const { store, open, versions } = place()
    await open('a')
    await open('b')
    await updateJson(store, keys.run('sixteen-v1').run, Run, (run): Run => ({ ...run, state: 'stopped' }))
    expect(await open('a')).toBe('sixteen-v1')
    const { value } = await updateJson(store, keys.run('sixteen-v1').run, Run, (run) => run)
    await createJson(store, keys.run('sixteen-v3').run, Run, { ...value, version: 'sixteen-v3' })
    expect(await open('a')).toBe('sixteen-v3')
    expect(await versions()).toHaveLength(3)
  })

  test('is one for all who open it at once', async () => {
    const { open, versions } = place()
    const opened = await Promise.all(['a', 'a', 'b', 'a', 'b'].map(open))
    expect(new Set(opened).size).toBe(2)
    expect(opened[0]).toBe(opened[1])
    expect(opened[2]).toBe(opened[4])
    expect(await versions()).toEqual(['sixteen-v1', 'sixteen-v2'])
  })

  test('is listed in the order of the numbers, not of the names', async () => {
    const { open, versions } = place()
    for (const letter of 'abcdef0123456'.slice(0, 12)) await open(letter)
    expect(await versions()).toEqual(Array.from({ length: 12 }, (_, index) => `sixteen-v${index + 1}`))
  })

  test('is listed by its record: what else lies there is none', async () => {
    const { store, open, versions } = place()
    await open('a')
    await store.create(keys.run('sixteen-v2').manifest, new Uint8Array())
    expect(await versions()).toEqual(['sixteen-v1'])
  })
})
