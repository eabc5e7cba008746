import { describe, expect, test } from 'vitest'
import { type DrafterOptions, type DraftReason, openDrafter } from '../../../integrations/huggingface/index.ts'
import { face, failure, form, image, labels, token } from './drafting.ts'
import { type Answer, type Endpoint, json, startEndpoint } from './endpoint.ts'

describe('a model on the hub', () => {
  /** The hub and the router, both at one endpoint. */
  const onHub = (endpoint: Endpoint, model: string, options: Partial<DrafterOptions> = {}) =>
    openDrafter({
      ...options,
      settings: { model, labels },
      token,
      fetch: (input, init) => {
        const { pathname, search } = new URL(String(input))
        return globalThis.fetch(`${endpoint.origin}${pathname}${search}`, init)
      },
    })

  test.each<[string, Answer, DraftReason]>([
    ['that nobody serves', json({ inferenceProviderMapping: {} }), 'model'],
    [
      'that another provider serves',
      json({ inferenceProviderMapping: { 'fal-ai': { status: 'live', providerId: 'x', task: 'image-segmentation' } } }),
      'model',
    ],
    [
      'that does something else',
      json({ inferenceProviderMapping: { 'hf-inference': { status: 'live', providerId: 'x', task: 'fill-mask' } } }),
      'model',
    ],
    ['that does not exist', json({ error: 'Repository not found' }, 404), 'model'],
    ['that is private', json({ error: 'Invalid username or password.' }, 401), 'token'],
  ])('%s gives no draft', async (what, answer, reason) => {
    const drafter = onHub(await startEndpoint(answer), `someone/model-${what.replaceAll(' ', '-')}`)
    expect(await failure(() => drafter.draft(image, form))).toMatchObject({ reason })
  })

  test('is given up when the hub does not answer', async () => {
    const endpoint = await startEndpoint(() => undefined)
    const drafter = onHub(endpoint, 'someone/silent', { timeoutMilliseconds: 50 })
    expect(await failure(() => drafter.draft(image, form))).toMatchObject({ reason: 'timeout' })
  })

  test('whose name is an address gives no draft', async () => {
    const endpoint = await startEndpoint(face)
    const drafter = onHub(endpoint, 'https://example.org/model')
    expect(await failure(() => drafter.draft(image, form))).toMatchObject({ reason: 'model' })
    expect(endpoint.requests).toEqual([])
  })
})

describe('settings that cannot work', () => {
  const opened = (options: Partial<DrafterOptions>) => async () => {
    const settings = { model: 'some/model', labels, ...options.settings }
    return openDrafter({ token, ...options, settings })
  }

  test('are those with an endpoint and a provider', async () => {
    const settings = { model: 'some/model', labels, endpoint: 'https://example.org', provider: 'hf-inference' }
    expect(await failure(opened({ settings }))).toMatchObject({ reason: 'settings' })
  })

  test('are those with a provider that names no parts', async () => {
    const error = await failure(opened({ settings: { model: 'some/model', labels, provider: 'fal-ai' } }))
    expect(error).toMatchObject({ reason: 'settings', message: expect.stringContaining('hf-inference') })
  })

  const wrong = { model: 'some/model', labels: { Face: 'face', Nose: 'nose', Ear: 'face/ear' } }
  test('are those whose labels lead to unknown parts, all of them named at once', async () => {
    const error = await failure(opened({ settings: wrong, parts: form.parts }))
    expect(error).toMatchObject({
      reason: 'settings',
      message: expect.stringContaining('Nose → nose, Ear → face/ear.'),
    })
    expect(error.message).toContain('background, face')
  })

  test('are found before anything is asked, if not when the drafter is opened', async () => {
    const endpoint = await startEndpoint(face)
    const drafter = openDrafter({ settings: { ...wrong, endpoint: endpoint.url } })
    expect(await failure(() => drafter.draft(image, form))).toMatchObject({ reason: 'settings' })
    expect(endpoint.requests).toEqual([])
  })

  test.each(['hf_Secret\nX-Evil: 1', 'hf_Secret ß', 'Secret token'])(
    'are those with a token that is none',
    async (bad) => {
      expect(await failure(opened({ token: bad }))).toMatchObject({ reason: 'token' })
    },
  )

  test.each([
    'http://models.example.org/faces',
    'https://models.example.org/faces',
    'http://huggingface.co/faces',
    'https://huggingface.co.example.org/faces',
  ])('never send the token to %s', async (endpoint) => {
    const sent: (string | null)[] = []
    const fetch: typeof globalThis.fetch = async (_, init) => {
      sent.push(new Headers(init?.headers).get('authorization'))
      return Response.json({ error: 'Unauthorized' }, { status: 401 })
    }
    const settings = { model: 'some/model', labels, endpoint }
    const error = await failure(() => openDrafter({ settings, token, fetch }).draft(image, form))
    expect(error).toMatchObject({ reason: 'token', message: expect.stringContaining('https') })
    expect(sent).toEqual([null])
  })
})
