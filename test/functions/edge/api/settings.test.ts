import { describe, expect, test } from 'vitest'
import { createJson, getJson, type Store } from '../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import { Project, ProjectSettings } from '../../../../schemas/project.ts'
import type { RunState } from '../../../../schemas/run.ts'
import { SeedList } from '../../../../schemas/seedList.ts'
import { addGenerator } from '../../../support/importedGenerator.ts'
import { openEdge } from '../edgeUnderTest.ts'
import { addProject, avatars } from '../storeOfRuns.ts'

const path = '/api/projects/local/avatars/settings'
const keys = projectKeys('local', 'avatars')
const shown = { generator: avatars.generator, settings: avatars.settings, life: avatars.life }

async function open(states: readonly RunState[] = []) {
  const store = openMemoryStore()
  await addProject(store, avatars, states)
  return { ...openEdge({ store }), store }
}

const stored = async (store: Store) => (await getJson(store, keys.project, Project))?.value

describe('settings', () => {
  test('are those of the project', async () => {
    const { ask } = await open()
    expect((await ask('GET', path)).json).toEqual(shown)
  })

  test('that are named are changed, the others stay', async () => {
    const { ask, store } = await open(['done'])
    const { status, json } = await ask('PATCH', path, {
      settings: { samplesPerRun: 50, dropShare: 0.2, truncation: 1 },
      life: { seedCount: 8, publishShare: 1, autoTrain: false },
    })
    const expected = {
      generator: avatars.generator,
      settings: { ...avatars.settings, samplesPerRun: 50, dropShare: 0.2, truncation: 1 },
      life: { ...avatars.life, seedCount: 8, publishShare: 1, autoTrain: false },
    }
    expect({ status, json }).toEqual({ status: 200, json: expected })
    expect(await stored(store)).toEqual({ ...avatars, ...expected })
  })

  test('that are optional can be set, and taken away by null', async () => {
    const { ask, store } = await open()
    const drafts = { model: 'someone/faces', labels: { hair: 'Hair' } }
    await ask('PATCH', path, { life: { drafts } })
    expect((await stored(store))?.life.drafts).toEqual(drafts)
    await ask('PATCH', path, { life: { drafts: null } })
    expect((await stored(store))?.life).toEqual(avatars.life)
  })

  test('can wish for a segmenter, for another one, and for none', async () => {
    const { ask, store } = await open(['done'])
    for (const segmenter of [{}, { backbone: 'resnet18', steps: 100 }, { steps: 5 }]) {
      const { status, json } = await ask('PATCH', path, { settings: { segmenter } })
      expect({ status, json }).toEqual({
        status: 200,
        json: { ...shown, settings: { ...avatars.settings, segmenter } },
      })
    }
    expect((await ask('PATCH', path, { settings: { segmenter: null } })).json).toEqual(shown)
    expect(await stored(store)).toEqual(avatars)
  })

  test.each([
    [{ settings: { samples: 3 } }, /settings do not fit: .*samples/s],
    [{ life: { seeds: 3 } }, /life do not fit: .*seeds/s],
    [{ settings: { truncation: 3 } }, /settings do not fit: .*truncation/s],
    [{ settings: { samplesPerRun: '50' } }, /settings do not fit: .*samplesPerRun/s],
    [{ settings: { samplesPerRun: 10_000_000, shardSize: 1 } }, /at most 10000 shards/],
    [{ settings: { segmenter: { backbone: 'vgg16' } } }, /settings do not fit: .*segmenter\.backbone/s],
    [{ settings: { segmenter: { backbones: 'small' } } }, /settings do not fit: .*backbones/s],
    [{ settings: { segmenter: { steps: null } } }, /settings do not fit: .*segmenter\.steps/s],
    [{ settings: { segmenter: true } }, /settings do not fit: .*segmenter/s],
    [{ settings: { labeler: null } }, /settings do not fit: .*labeler/s],
    [{ life: { seedCount: 0 } }, /life do not fit: .*seedCount/s],
    [{ labelList: { parts: [] } }, /body does not fit: .*labelList/s],
    [{ generator: { name: 'other' } }, /body does not fit: .*generator/s],
    [{ settings: [] }, /body does not fit: .*settings/s],
    [[], /body does not fit/],
  ])('that cannot be are refused, and nothing is changed: %j', async (body, error) => {
    const { ask, store } = await open()
    const answer = await ask('PATCH', path, body)
    expect(answer).toMatchObject({ status: 400, json: { error: expect.stringMatching(error) } })
    expect(await stored(store)).toEqual(avatars)
  })

  test('of a project that is not there are 404', async () => {
    const { ask } = await open()
    for (const method of ['GET', 'PATCH'])
      expect((await ask(method, '/api/projects/local/nobody/settings', method === 'GET' ? undefined : {})).status).toBe(
        404,
      )
  })

  test('that two people change at once are both changed', async () => {
    const { ask, store } = await open()
    await Promise.all([
      ask('PATCH', path, { life: { seedCount: 5 } }),
      ask('PATCH', path, { life: { retrainAfter: 9 } }),
      ask('PATCH', path, { settings: { dropShare: 0.3 } }),
    ])
    expect(await stored(store)).toMatchObject({
      life: { seedCount: 5, retrainAfter: 9 },
      settings: { dropShare: 0.3 },
    })
  })
})

describe('the size of label maps', () => {
  const onPlatform: Project = { ...avatars, platform: 'label-studio', id: '8' }
  const path = '/api/projects/label-studio/8/settings'
  const openPlatform = async () => {
    const store = openMemoryStore()
    await addProject(store, onPlatform, [])
    return openEdge({ store })
  }

  test('is that of the images on a platform, where people paint on these', async () => {
    const { ask } = await openPlatform()
    expect(await ask('PATCH', path, { settings: { labelWidth: 64, labelHeight: 64 } })).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('as large as the images that people paint on, 128×128') },
    })
    expect((await ask('PATCH', path, { settings: { labelWidth: 128 } })).status).toBe(200)
  })

  test.each([
    [undefined, { labelWidth: 512, labelHeight: 512 }],
    [
      { x: 0, y: 64, width: 512, height: 384 },
      { labelWidth: 512, labelHeight: 384 },
    ],
  ])('follows the generator there, cropped to %j', async (crop, settings) => {
    const store = openMemoryStore()
    await addProject(store, onPlatform, [])
    await addGenerator(store, 'cars', { resolution: 512, crop })
    const { json } = await openEdge({ store }).ask('PATCH', path, { generator: 'cars' })
    expect(json).toMatchObject({ generator: { name: 'cars', resolution: 512 }, settings })
  })

  test('is free in a project of files', async () => {
    const { ask } = await open()
    const { json } = await ask('PATCH', '/api/projects/local/avatars/settings', { settings: { labelWidth: 64 } })
    expect(json).toMatchObject({ settings: { labelWidth: 64, labelHeight: 128 } })
  })
})

describe('while a run is under way', () => {
  test.each(Object.keys(ProjectSettings.shape))('%s stays, since jobs read it again and again', async (name) => {
    const { ask, store } = await open(['done', 'generating'])
    const same = Object.entries(avatars.settings).find(([key]) => key === name)?.[1] ?? null
    expect(await ask('PATCH', path, { settings: { [name]: same } })).toMatchObject({
      status: 409,
      json: { error: expect.stringMatching(/^run sixteen-v2 is under way/) },
    })
    expect(await stored(store)).toEqual(avatars)
  })

  test('the generator stays, too', async () => {
    const { ask } = await open(['created'])
    expect((await ask('PATCH', path, { generator: avatars.generator })).status).toBe(409)
  })

  test('what concerns the platform can be changed', async () => {
    const { ask } = await open(['generating'])
    expect((await ask('PATCH', path, { life: { seedCount: 5 } })).status).toBe(200)
  })

  test('or about to go on after it was stopped, they stay, too', async () => {
    const { store } = await open(['stopped'])
    const workflow = { start: async () => false, stop: async () => false, isActive: async () => true }
    const { ask } = openEdge({ store, workflow })
    expect((await ask('PATCH', path, { settings: { dropShare: 0.5 } })).status).toBe(409)
  })

  test.each(['done', 'stopped'] as const)('does not mean: after one that is %s', async (state) => {
    const { ask } = await open([state])
    expect((await ask('PATCH', path, { settings: { dropShare: 0.5 } })).status).toBe(200)
  })
})

describe('the truncation of a platform’s project', () => {
  const platformPath = '/api/projects/label-studio/8/settings'
  const platformKeys = projectKeys('label-studio', '8')
  const withSeeds = async (chosen: SeedList['chosen']) => {
    const store = openMemoryStore()
    await addProject(store, { ...avatars, platform: 'label-studio', id: '8' }, [])
    await createJson(store, platformKeys.seeds, SeedList, { schemaVersion: 1, wanted: 16, chosen })
    return { ...openEdge({ store }), store }
  }

  test('is that of its seeds, too', async () => {
    const { ask, store } = await withSeeds([])
    expect((await ask('PATCH', platformPath, { settings: { truncation: 0.5 } })).status).toBe(200)
    const project = (await getJson(store, platformKeys.project, Project))?.value
    expect(project).toMatchObject({ settings: { truncation: 0.5 }, labelList: { truncation: 0.5 } })
  })

  test('stays once seed samples are chosen', async () => {
    const { ask } = await withSeeds([{ sample: 'avatars-s1-t0.7', reason: 'spread' }])
    expect(await ask('PATCH', platformPath, { settings: { truncation: 0.5 } })).toMatchObject({ status: 409 })
    expect((await ask('PATCH', platformPath, { settings: { samplesPerRun: 20 } })).status).toBe(200)
  })
})
