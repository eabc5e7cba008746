import { describe, expect, test } from 'vitest'
import { createProjectList } from '../../../../functions/edge/pages/reading/names.ts'
import { nameOf, projectOfName } from '../../../../functions/projectNames.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'

describe('the name of a project', () => {
  test('is its platform and its id there', () => {
    expect(projectOfName('label-studio-8')).toEqual({ platform: 'label-studio', id: '8' })
    expect(projectOfName('local-avatars-2')).toEqual({ platform: 'local', id: 'avatars-2' })
    expect(nameOf({ platform: 'label-studio', id: '8' })).toBe('label-studio-8')
  })

  test.each([
    '',
    'local',
    'local-',
    'label-studio',
    'label-8',
    'other-8',
    'local-../x',
    'local-A',
    'local-a/b',
    'local-a%2fb',
  ])('%j means none', (name) => {
    expect(projectOfName(name)).toBeUndefined()
  })
})

describe('the list of projects', () => {
  const bytes = new Uint8Array([1])

  test('names each once, with its record or with what was found on the platform, and nothing else', async () => {
    const store = openMemoryStore()
    for (const key of [
      'projects/label-studio-8/project.json',
      'projects/label-studio-8/state.json',
      'projects/label-studio-9/state.json',
      'projects/local-cats/project.json',
      'projects/local-cats/runs/sixteen-v1/run.json',
      'projects/local-empty/seeds.json',
      'projects/elsewhere-1/project.json',
    ])
      await store.create(key, bytes)
    const list = createProjectList(store, () => new Date(0))
    expect((await list()).map(nameOf)).toEqual(['label-studio-8', 'label-studio-9', 'local-cats'])
  })

  test('is asked of the store again after two seconds', async () => {
    const store = openMemoryStore()
    let time = 0
    const list = createProjectList(store, () => new Date(time))
    expect(await list()).toEqual([])
    await store.create('projects/local-cats/project.json', bytes)
    time = 1_999
    expect(await list()).toEqual([])
    time = 2_000
    expect((await list()).map(nameOf)).toEqual(['local-cats'])
  })

  test('that could not be had is asked for again at once', async () => {
    const store = openMemoryStore()
    let broken = true
    const list = createProjectList(
      {
        ...store,
        folders: (folder) => {
          if (broken) throw new Error('the disk is away')
          return store.folders(folder)
        },
      },
      () => new Date(0),
    )
    await expect(list()).rejects.toThrow('the disk is away')
    broken = false
    expect(await list()).toEqual([])
  })
})
