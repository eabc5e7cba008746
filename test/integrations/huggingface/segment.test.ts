import { describe, expect, test } from 'vitest'
import { type DraftForm, openDrafter } from '../../../integrations/huggingface/index.ts'
import { json, startEndpoint } from './endpoint.ts'
import { base64, digits, greyPng, segment } from './masks.ts'

const parts = ['background', 'face', 'face/hair', 'face/eyes']
const form: DraftForm = { parts, width: 6, height: 4 }
const labels = { Face: 'face', Hair: 'face/hair', 'Left-eye': 'face/eyes', 'Right-eye': 'face/eyes' }
const image = greyPng(['##', '..'])

/** The draft of an answer. */
const draft = async (answer: unknown, of: DraftForm = form): Promise<string[] | undefined> => {
  const endpoint = await startEndpoint(json(answer))
  const drafter = openDrafter({ settings: { model: 'faces', endpoint: endpoint.url, labels } })
  return digits(await drafter.draft(image, of))
}

const face = segment('Face', ['......', '.####.', '.####.', '......'])
const hair = segment('Hair', ['######', '......', '......', '......'])
const eye = segment('Left-eye', ['......', '..#...', '......', '......'])

describe('the draft of an image', () => {
  test('has the parts that the settings name for the labels', async () => {
    expect(await draft([face, hair])).toEqual(['222222', '011110', '011110', '000000'])
  })

  test('leaves out labels that are not listed, and what they hold', async () => {
    const broken = { label: 'Hat', score: 1, mask: 'no PNG' }
    expect(await draft([broken, segment('Background', ['######', '######', '######', '######']), face])).toEqual(
      await draft([face]),
    )
  })

  test('has the smaller of overlapping segments on top, in whatever order they come', async () => {
    const expected = ['000000', '013110', '011110', '000000']
    expect(await draft([face, eye])).toEqual(expected)
    expect(await draft([eye, face])).toEqual(expected)
  })

  test('joins segments of one part', async () => {
    const other = segment('Right-eye', ['......', '...#..', '......', '......'])
    expect(await draft([face, eye, other])).toEqual(['000000', '013310', '011110', '000000'])
  })

  test('compares the segments at the size of the draft, not at that of their masks', async () => {
    // 8 of 384 pixels is less of the image than 1 of 24, though it is a larger number.
    const large = segment(
      'Hair',
      Array.from({ length: 16 }, (_, y) =>
        y >= 4 && y < 8 ? `${'.'.repeat(8)}${'#'.repeat(4)}${'.'.repeat(12)}` : '.'.repeat(24),
      ),
    )
    const wide = segment('Left-eye', ['......', '.###..', '......', '......'])
    expect(await draft([wide, large])).toEqual(['000000', '032300', '000000', '000000'])
  })

  test('brings masks to its size by the nearest pixel', async () => {
    expect(await draft([segment('Face', ['#..', '..#'])])).toEqual(['110000', '110000', '000011', '000011'])
    const small = { ...form, width: 3, height: 2 }
    expect(await draft([segment('Face', ['##....', '##....', '....##', '....##'])], small)).toEqual(['100', '001'])
  })

  test('takes segments without a score, and those of which it is null', async () => {
    const { label, mask } = face
    expect(await draft([{ label, mask }])).toEqual(await draft([face]))
    expect(await draft([{ label, mask, score: null }])).toEqual(await draft([face]))
  })

  test('takes what endpoints add', async () => {
    expect(await draft([{ ...face, box: { xmin: 1 }, mask: `data:image/png;base64,${face.mask}` }])).toEqual(
      await draft([face]),
    )
  })

  test.each<[string, unknown]>([
    ['no segments', []],
    ['none of the labels listed', [segment('Hat', ['######'])]],
    ['nothing within its segments', [segment('Face', ['......'])]],
  ])('is none where the model finds %s', async (_, answer) => {
    expect(await draft(answer)).toBeUndefined()
  })

  test('is none where all that is found is background', async () => {
    const endpoint = await startEndpoint(json([segment('Background', ['######'])]))
    const settings = { model: 'faces', endpoint: endpoint.url, labels: { Background: 'background' } }
    expect(await openDrafter({ settings }).draft(image, form)).toBeUndefined()
  })
})

describe('the request', () => {
  // https://huggingface.co/docs/inference-providers/tasks/image-segmentation
  test('to an endpoint is a POST of the image in base64, with the token as bearer', async () => {
    const endpoint = await startEndpoint(json([face]))
    const settings = { model: 'any name', endpoint: `${endpoint.url}?a=b`, labels }
    await openDrafter({ settings, token: ' hf_secret\n' }).draft(image, form)
    expect(endpoint.requests).toHaveLength(1)
    const [request] = endpoint.requests
    expect(request).toMatchObject({ method: 'POST', url: '/segment?a=b' })
    expect(request?.headers).toMatchObject({ authorization: 'Bearer hf_secret', 'content-type': 'application/json' })
    expect(JSON.parse(request?.body ?? '')).toEqual({ inputs: base64(image) })
  })

  test('has no authorization where there is no token', async () => {
    const endpoint = await startEndpoint(json([face]))
    for (const token of [undefined, '', ' ']) {
      const drafter = openDrafter({ settings: { model: 'faces', endpoint: endpoint.url, labels }, token })
      await drafter.draft(image, form)
    }
    expect(endpoint.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined])
  })

  test('without an endpoint goes to the provider that the hub names for the model', async () => {
    const mapping = { 'hf-inference': { status: 'live', providerId: 'someone/faces', task: 'image-segmentation' } }
    const endpoint = await startEndpoint(json({ id: 'someone/faces', inferenceProviderMapping: mapping }), json([face]))
    const hosts: string[] = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      const { host, pathname, search } = new URL(String(input))
      hosts.push(host)
      return globalThis.fetch(`${endpoint.origin}${pathname}${search}`, init)
    }
    const drafter = openDrafter({ settings: { model: 'someone/faces', labels }, token: 'hf_secret', fetch })
    expect(digits(await drafter.draft(image, form))).toEqual(['000000', '011110', '011110', '000000'])
    expect(hosts).toEqual(['huggingface.co', 'router.huggingface.co'])
    expect(endpoint.requests.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/api/models/someone/faces?expand[]=inferenceProviderMapping'],
      ['POST', '/hf-inference/models/someone/faces'],
    ])
  })
})
