import { describe, expect, test } from 'vitest'
import type { RunInputs } from '../../functions/factory/runInputs.ts'
import { presentInputs } from '../../functions/gpu/jobs/runInputs.ts'
import { findRun } from '../../functions/localRuns.ts'
import { listRuns, openRun } from '../../functions/runs.ts'
import { openMemoryStore } from '../../integrations/storage/memory.ts'
import { makeTinyProject, objectsOf, tinyKeys } from './tinyProject.ts'

const now = (): Date => new Date('2030-01-01T00:00:00.000Z')
const inputs = (letter: string): RunInputs => ({ inputs: letter.repeat(64), paintings: [] })

describe('opening a run', () => {
  test('begins the first, and the next for other inputs', async () => {
    const store = openMemoryStore()
    expect(await openRun(store, tinyKeys, inputs('a'), now)).toBe('sixteen-v1')
    expect(await openRun(store, tinyKeys, inputs('b'), now)).toBe('sixteen-v2')
    expect((await listRuns(store, tinyKeys)).map(({ version, state }) => [version, state])).toEqual([
      ['sixteen-v1', 'created'],
      ['sixteen-v2', 'created'],
    ])
  })

  test('finds the one with the same inputs, even after others', async () => {
    const store = openMemoryStore()
    for (const letter of ['a', 'b', 'c']) await openRun(store, tinyKeys, inputs(letter), now)
    expect(await openRun(store, tinyKeys, inputs('a'), now)).toBe('sixteen-v1')
  })

  test('gives two who ask at once the same run', async () => {
    const store = openMemoryStore()
    const versions = await Promise.all(Array.from({ length: 5 }, () => openRun(store, tinyKeys, inputs('a'), now)))
    expect(new Set(versions)).toEqual(new Set(['sixteen-v1']))
    expect(await listRuns(store, tinyKeys)).toHaveLength(1)
  })

  test('gives two with different inputs different runs', async () => {
    const store = openMemoryStore()
    const both = ['a', 'b'].map((letter) => openRun(store, tinyKeys, inputs(letter), now))
    expect((await Promise.all(both)).toSorted()).toEqual(['sixteen-v1', 'sixteen-v2'])
  })
})

test('runs are listed by number, the tenth after the ninth', async () => {
  const store = openMemoryStore()
  for (const letter of '0123456789') await openRun(store, tinyKeys, inputs(letter), now)
  const versions = (await listRuns(store, tinyKeys)).map(({ version }) => version)
  expect(versions.slice(-2)).toEqual(['sixteen-v9', 'sixteen-v10'])
})

test('finding a run begins none', async () => {
  const store = openMemoryStore()
  await makeTinyProject(store)
  const before = await objectsOf(store)
  expect(await findRun(store, tinyKeys)).toBeUndefined()
  expect(await objectsOf(store)).toEqual(before)
  await openRun(store, tinyKeys, await presentInputs(store, tinyKeys), now)
  expect((await findRun(store, tinyKeys))?.version).toBe('sixteen-v1')
})
