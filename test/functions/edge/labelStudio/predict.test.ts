import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeBrush } from '../../../../integrations/label-studio/format/index.ts'
import type { Store } from '../../../../integrations/storage/index.ts'
import { Project } from '../../../../schemas/project.ts'
import { openEdge } from '../edgeUnderTest.ts'
import { recorded } from '../recorded.ts'
import { asking, keys, project, Results, run, storeOfPredictions, write } from './storeOfPredictions.ts'

describe('predictions', () => {
  test('of a sample are the label map that the run left, as regions that the editor can draw', async () => {
    const { ask } = openEdge({ store: await storeOfPredictions() })
    const { status, json } = await ask('POST', '/predict', asking('kept'))
    expect(status).toBe(200)
    const [item] = Results.parse(json).results
    if (item === undefined || !('result' in item)) throw new Error('there is no prediction')
    expect(item).toMatchObject({ model_version: 'sixteen-v1', score: expect.closeTo(0.75, 12) })
    const masks = Object.fromEntries(
      item.result.map(({ value }) => [
        value.brushlabels[0],
        [...decodeBrush(value.rle, 4, 2)].map((on) => (on ? 1 : 0)),
      ]),
    )
    expect(masks).toEqual({ Hair: [1, 1, 0, 0, 1, 1, 0, 0], Eye: [0, 0, 0, 0, 0, 0, 0, 1] })
  })

  test('come in the order of the tasks, with nothing to store where there are none', async () => {
    const { ask, queue } = openEdge({ store: await storeOfPredictions() })
    const { json } = await ask('POST', '/predict', asking('sure', undefined, 'unknown', 'kept', 'dropped', 'seed', ''))
    const { results } = Results.parse(json)
    expect(results.map((item) => ('score' in item ? Number(item.score.toFixed(6)) : item))).toEqual([
      1,
      [],
      [],
      0.75,
      [],
      0.5,
      [],
    ])
    expect(queue.messages).toEqual([])
  })

  test('before the first run are drafts', async () => {
    const { ask } = openEdge({ store: await storeOfPredictions('sixteen-v0') })
    const { results } = Results.parse((await ask('POST', '/predict', asking('seed', 'kept'))).json)
    expect(results).toEqual([expect.objectContaining({ score: 0, model_version: 'sixteen-v0' }), []])
  })

  test.each(['../../project', '/etc/passwd', 'a/b', '.', 'A', 'x'.repeat(3000), 7, null, { id: 1 }])(
    'of the sample %j are none',
    async (sample) => {
      for (const version of ['sixteen-v0', 'sixteen-v1'] as const) {
        const { ask, failures } = openEdge({ store: await storeOfPredictions(version) })
        const body = { ...asking('x'), tasks: [{ id: 1, data: { sample } }] }
        expect(await ask('POST', '/predict', body)).toMatchObject({ status: 200, json: { results: [[]] } })
        expect(failures).toEqual([])
      }
    },
  )

  test('of a mask that cannot be read are none, which the log tells; those beside it are there', async () => {
    const { ask, lines } = openEdge({ store: await storeOfPredictions() })
    const { results } = Results.parse((await ask('POST', '/predict', asking('damaged', 'sure'))).json)
    expect(results).toEqual([[], expect.objectContaining({ score: 1 })])
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'a stored prediction cannot be used' }),
    )
  })

  test('are taken from the newest record, and read once while it stays', async () => {
    const store = await storeOfPredictions()
    let reads = 0
    const counting: Store = {
      ...store,
      get: (key) => {
        if (key === run.manifest) reads += 1
        return store.get(key)
      },
    }
    const { ask } = openEdge({ store: counting })
    for (let count = 0; count < 5; count++) await ask('POST', '/predict', asking('kept'))
    expect(reads).toBe(1)
    await store.remove(run.manifest)
    expect((await ask('POST', '/predict', asking('kept'))).json).toEqual({ results: [[]] })
  })

  test.each([
    ['project that nobody knows', { project: '9' }],
    ['label configuration that is missing', { label_config: null }],
    ['label configuration that is no XML', { label_config: '<View>' }],
    ['label configuration without masks', { label_config: '<View><Text name="t" value="$t"/></View>' }],
  ])('for a %s are none', async (_, fields) => {
    const { ask, failures } = openEdge({ store: await storeOfPredictions() })
    const { status, json } = await ask('POST', '/predict', { ...asking('kept', 'sure'), ...fields })
    expect({ status, json }).toEqual({ status: 200, json: { results: [[], []] } })
    expect(failures).toEqual([])
  })

  test('of no tasks are none', async () => {
    const { ask } = openEdge()
    expect((await ask('POST', '/predict', asking())).json).toEqual({ results: [] })
  })

  test('that a server asked for in one batch are as many as the tasks', async () => {
    const { ask } = openEdge({ store: await storeOfPredictions() })
    const { body } = recorded('predict_batch')
    const { results } = Results.parse((await ask('POST', '/predict', body)).json)
    expect(results).toEqual(
      z
        .array(z.unknown())
        .parse(body?.tasks)
        .map(() => []),
    )
  })
})

describe('labels that changed since', () => {
  const config = (...labels: string[]) =>
    `<View><Image name="image" value="$image"/><BrushLabels name="part" toName="image">${labels
      .map((label) => `<Label value="${label}"/>`)
      .join('')}</BrushLabels></View>`
  const labelsOf = async (store: Store, label_config: string) => {
    const { ask } = openEdge({ store })
    const { results } = Results.parse((await ask('POST', '/predict', { ...asking('kept'), label_config })).json)
    return results.map((item) =>
      'result' in item ? item.result.map(({ value }) => value.brushlabels[0]).sort() : item,
    )
  }

  test('are left out where they are gone, since one unknown label makes the server refuse everything', async () => {
    expect(await labelsOf(await storeOfPredictions(), config('Hair', 'Nose'))).toEqual([['Hair']])
  })

  test('leave nothing to store where all are gone', async () => {
    expect(await labelsOf(await storeOfPredictions(), config('Nose'))).toEqual([[]])
  })

  test('get their new names where the settings say so', async () => {
    const store = await storeOfPredictions()
    await store.remove(keys.project)
    const life = { ...project.life, labelAliases: { Eye: 'Eyes' } }
    await write(store, keys.project, Project, { ...project, life })
    expect(await labelsOf(store, config('Hair', 'Eyes'))).toEqual([['Eyes', 'Hair']])
  })
})

describe('a request for predictions that is wrong', () => {
  test.each([
    ['no JSON', '{'],
    ['no tasks', { project: '8' }],
    ['tasks that are none', { project: '8', tasks: [{}] }],
    ['no project', { tasks: [] }],
  ])('is refused: %s', async (_, body) => {
    const { ask } = openEdge()
    expect(await ask('POST', '/predict', body)).toMatchObject({ status: 400, json: { error: expect.any(String) } })
  })

  test('is refused where it is too large', async () => {
    const { ask } = openEdge({ limits: { predictBytes: 100 } })
    expect((await ask('POST', '/predict', asking('kept'))).status).toBe(413)
  })
})
