import { describe, expect, test } from 'vitest'
import { createJson, getJson, type Store } from '../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import { Project } from '../../../../schemas/project.ts'
import { SeedList } from '../../../../schemas/seedList.ts'
import { addGenerator } from '../../../support/importedGenerator.ts'
import { openEdge } from '../edgeUnderTest.ts'
import { addProject, avatars } from '../storeOfRuns.ts'

const path = '/api/projects/local/avatars/settings'
const keys = projectKeys('local', 'avatars')
const stored = async (store: Store) => (await getJson(store, keys.project, Project))?.value

describe('the generator', () => {
  const withSeeds = async (chosen: SeedList['chosen']) => {
    const store = openMemoryStore()
    await addProject(store, avatars, [])
    await createJson(store, keys.seeds, SeedList, { schemaVersion: 1, wanted: 16, chosen })
    const cats = await addGenerator(store, 'cats')
    return { ...openEdge({ store, defaultGenerator: async () => avatars.generator }), store, cats }
  }

  test('can be changed by its name before the first seed sample is chosen', async () => {
    const { ask, store, cats } = await withSeeds([])
    expect((await ask('PATCH', path, { generator: 'cats' })).status).toBe(200)
    expect((await stored(store))?.generator).toEqual(cats)
  })

  test('can be the one that comes with the package', async () => {
    const { ask, store } = await withSeeds([])
    await ask('PATCH', path, { generator: 'cats' })
    expect((await ask('PATCH', path, { generator: 'avatars' })).status).toBe(200)
    expect((await stored(store))?.generator).toEqual(avatars.generator)
  })

  test('can be given with all that is known of it, if that is what was imported', async () => {
    const { ask, store, cats } = await withSeeds([])
    expect((await ask('PATCH', path, { generator: cats })).status).toBe(200)
    expect((await stored(store))?.generator).toEqual(cats)
    for (const wrong of [{ sha256: 'd'.repeat(64) }, { resolution: 64 }, { crop: { x: 0, y: 0, width: 8, height: 8 } }])
      expect(await ask('PATCH', path, { generator: { ...cats, ...wrong } })).toMatchObject({
        status: 400,
        json: { error: expect.stringContaining('cats is another one than that') },
      })
    expect((await stored(store))?.generator).toEqual(cats)
  })

  test.each(['dogs', { ...avatars.generator, name: 'dogs' }])(
    'that was not imported is refused: %j',
    async (generator) => {
      const { ask, store } = await withSeeds([])
      expect(await ask('PATCH', path, { generator })).toMatchObject({
        status: 400,
        json: { error: expect.stringContaining('no generator dogs was imported (there are avatars, cats)') },
      })
      expect(await stored(store)).toEqual(avatars)
    },
  )

  test.each(['', 'Cats', '../cats', 'a'.repeat(65), 7])('cannot have a name that is none: %j', async (generator) => {
    const { ask } = await withSeeds([])
    expect(await ask('PATCH', path, { generator })).toMatchObject({
      status: 400,
      json: { error: expect.stringMatching(/body does not fit: .*generator/s) },
    })
  })

  test('stays once seed samples are made by it', async () => {
    const { ask, store } = await withSeeds([{ sample: 'avatars-s1-t0.7', reason: 'spread' }])
    expect(await ask('PATCH', path, { generator: 'cats' })).toMatchObject({
      status: 409,
      json: { error: expect.stringMatching(/^the seed samples were made with the present generator/) },
    })
    expect((await stored(store))?.generator).toEqual(avatars.generator)
  })
})
