import { afterEach, describe, expect, test } from 'vitest'
import { openLabelStudio } from '../../../integrations/label-studio/platform.ts'
import { NothingToShowError, PlatformError, PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { as, byPath, type FakeServer, quickClient, type Received, type Reply, serve } from './fakeServer.ts'

let server: FakeServer
afterEach(async () => await server.close())

interface Stored {
  model_version: string | null
}

/** A project that remembers which version it shows. */
async function platformOf(stored: Stored, more: Readonly<Record<string, Reply | ((request: Received) => Reply)>> = {}) {
  server = await serve(
    byPath({
      'GET /api/projects/8/': () => ({ body: { id: 8, title: 'Faces', model_version: stored.model_version } }),
      'PATCH /api/projects/8/': ({ text }) => {
        Object.assign(stored, JSON.parse(text))
        return { body: {} }
      },
      ...more,
    }),
  )
  return openLabelStudio(quickClient(server.address))
}

describe('removing predictions', () => {
  /** What the server does while a backend is connected: it forgets the version shown, whatever is removed. */
  const forgetful = (stored: Stored, reply: Reply = { body: { deleted_predictions: 24 } }) => ({
    'DELETE /api/projects/8/model-versions/': () => {
      stored.model_version = null
      return reply
    },
  })

  test.each(['sixteen-v2', 'Sixteen, live'])('leaves the shown version %s shown', async (shown) => {
    const stored: Stored = { model_version: shown }
    const platform = await platformOf(stored, forgetful(stored))
    expect(await platform.removePredictions('8', 'sixteen-v1')).toBe(24)
    expect(stored.model_version).toBe(shown)
    const removal = server.received.find(({ path }) => path.startsWith('DELETE'))
    expect(JSON.parse(removal?.text ?? '')).toEqual({ model_version: 'sixteen-v1' })
  })

  test('leaves it shown even where the removal gets no answer', async () => {
    const stored: Stored = { model_version: 'sixteen-v2' }
    const platform = await platformOf(stored, forgetful(stored, 'cut'))
    await expect(platform.removePredictions('8', 'sixteen-v1')).rejects.toThrow(PlatformUnavailableError)
    expect(stored.model_version).toBe('sixteen-v2')
  })

  test.each(['sixteen-v1', '', null])('sets nothing where %j was shown', async (shown) => {
    const stored: Stored = { model_version: shown }
    const platform = await platformOf(stored, forgetful(stored))
    await platform.removePredictions('8', 'sixteen-v1')
    expect(server.received.filter(({ path }) => path.startsWith('PATCH'))).toEqual([])
  })
})

describe('showing a version', () => {
  test('reads whether it is shown', async () => {
    const stored: Stored = { model_version: '' }
    const platform = await platformOf(stored)
    await platform.show('8', 'sixteen-v3')
    expect(server.received.map(({ path }) => path)).toEqual(['PATCH /api/projects/8/', 'GET /api/projects/8/'])
  })

  test('is an error where the server agrees and does nothing', async () => {
    const platform = await platformOf({ model_version: null }, { 'PATCH /api/projects/8/': { body: {} } })
    await expect(platform.show('8', 'sixteen-v3')).rejects.toThrow(/shows no predictions.*Settings/)
  })

  test('without predictions is an error of its own', async () => {
    const platform = await platformOf({ model_version: '' }, { 'PATCH /api/projects/8/': as('no such version') })
    await expect(platform.show('8', 'sixteen-v99')).rejects.toThrow(NothingToShowError)
  })

  test.each(['Sixteen, live', '', null])('%j is none of ours', async (shown) => {
    const platform = await platformOf({ model_version: shown })
    expect((await platform.readProject('8')).shown).toBeUndefined()
  })
})

describe('adding predictions', () => {
  const form = { parts: ['Background', 'Hair', 'Eye'], width: 2, height: 1 }
  const labelMap = { width: 2, height: 1, data: Uint8Array.of(1, 2) }
  const predictions = Array.from(
    { length: 20 },
    (_, task) =>
      ({
        task: String(task),
        prediction: { version: 'sixteen-v1', score: 1, labelMap },
      }) as const,
  )

  test('sends each in a request of its own, four at a time', async () => {
    let [now, most] = [0, 0]
    const waiting: (() => void)[] = []
    server = await serve(async (request) => {
      if (request.path !== 'POST /api/predictions/') return { body: { ...Object(as('project').body), id: 8 } }
      now += 1
      most = Math.max(most, now)
      // The first four wait for one another.
      if (most < 4) await new Promise<void>((resolve) => waiting.push(resolve))
      else for (const resolve of waiting.splice(0)) resolve()
      now -= 1
      return { status: 201, body: { id: 1 } }
    })
    await openLabelStudio(quickClient(server.address)).addPredictions('8', form, predictions)
    expect(most).toBe(4)
    const sent = server.received.filter(({ path }) => path.startsWith('POST')).map(({ text }) => JSON.parse(text))
    expect(sent.map(({ task }) => task).sort()).toEqual(predictions.map(({ task }) => Number(task)).sort())
    expect(sent[0]).toMatchObject({ model_version: 'sixteen-v1', score: 1 })
    expect(sent[0].result).toHaveLength(2)
  })

  test('begins nothing new after a failure', async () => {
    server = await serve((request) =>
      request.path === 'POST /api/predictions/' ? { status: 400, body: { detail: 'no' } } : as('project'),
    )
    const attempt = openLabelStudio(quickClient(server.address)).addPredictions('8', form, predictions)
    await expect(attempt).rejects.toThrow(PlatformError)
    expect(server.received.length).toBeLessThanOrEqual(1 + 4)
  })

  test('sends none where one does not fit', async () => {
    const platform = await platformOf({ model_version: '' }, { 'GET /api/projects/8/': as('project') })
    const [first, ...others] = predictions
    if (!first) throw new Error('no prediction')
    const wrong = { ...first, prediction: { ...first.prediction, score: Number.NaN } }
    await expect(platform.addPredictions('8', form, [...others, wrong])).rejects.toThrow(/score/)
    expect(server.received).toHaveLength(1)
  })
})

describe('views', () => {
  const made = (request: Received) => JSON.parse(request.text).data
  const posts = () => server.received.filter(({ path }) => path === 'POST /api/dm/views/')

  test('are an ordinary one first, and one ordered by the score, lowest first', async () => {
    const platform = await platformOf(
      { model_version: '' },
      { 'GET /api/dm/views/': { body: [] }, 'POST /api/dm/views/': { status: 201, body: { id: 1 } } },
    )
    await platform.prepareViews('8')
    expect(posts().map(made)).toEqual([
      { title: 'Default', type: 'list', target: 'tasks' },
      { title: 'Most uncertain first', type: 'list', target: 'tasks', ordering: ['tasks:predictions_score'] },
    ])
    expect(posts().map(({ query }) => query.get('project'))).toEqual(['8', '8'])
  })

  test('are left as people made them', async () => {
    const views = [
      { id: 3, data: { title: 'Mine' } },
      { id: 4, data: { title: 'Most uncertain first' } },
    ]
    const platform = await platformOf({ model_version: '' }, { 'GET /api/dm/views/': { body: views } })
    await platform.prepareViews('8')
    expect(posts()).toEqual([])
  })
})
