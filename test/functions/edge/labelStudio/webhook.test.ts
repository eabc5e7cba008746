import { describe, expect, test } from 'vitest'
import { projectKey } from '../../../../functions/edge/index.ts'
import { brokenQueue, openEdge } from '../edgeUnderTest.ts'
import { recorded } from '../recorded.ts'

const key = 'a-long-random-access-key'
const ofProject8 = projectKey(key, 'label-studio', '8')

const event = (fields: object) => ({
  platform: 'label-studio',
  project: '8',
  annotations: [],
  tasks: [],
  at: '2026-12-01T08:00:00.000Z',
  ...fields,
})

describe('a webhook that a server sent', () => {
  test.each([
    ['webhook_ANNOTATION_CREATED', { kind: 'annotations', annotations: ['1'] }],
    ['webhook_ANNOTATION_UPDATED', { kind: 'annotations', annotations: ['1'] }],
    ['webhook_ANNOTATIONS_DELETED', { kind: 'annotations' }],
    ['webhook_PROJECT_UPDATED', { kind: 'project' }],
    ['webhook_START_TRAINING', { kind: 'train' }],
    ['webhook_TASKS_CREATED', { kind: 'tasks', tasks: ['1', '2', '3'] }],
    ['webhook_TASKS_DELETED', { kind: 'tasks', tasks: ['3'] }],
  ])('%s becomes an event of its project', async (name, expected) => {
    const { ask, queue } = openEdge()
    const { method, path, body } = recorded(name)
    const { status, json } = await ask(method, path.replace('/k/SECRET', ''), body)
    expect({ status, json }).toEqual({ status: 200, json: { status: 'queued', job: expect.any(String) } })
    expect(queue.events()).toEqual([
      expect.objectContaining(event({ ...expected, annotations: expect.any(Array), tasks: expect.any(Array) })),
    ])
    const [sent] = queue.events()
    for (const [field, value] of Object.entries(expected)) expect(sent).toHaveProperty(field, value)
    expect(queue.messages[0]?.group).toBe('label-studio-8')
    expect(Buffer.byteLength(queue.messages[0]?.body ?? '')).toBeLessThan(4096)
  })

  test('with many annotations at once names each of them, and the tasks', async () => {
    const { ask, queue } = openEdge()
    const { body } = recorded('webhook_ANNOTATIONS_CREATED')
    await ask('POST', '/webhook', body)
    const there = body?.annotation as readonly { readonly id: number }[]
    expect(there.length).toBeGreaterThan(1)
    expect(queue.events()[0]?.annotations).toEqual(there.map(({ id }) => String(id)))
  })

  test('of a skipped task is an event like any other', async () => {
    const { ask, queue } = openEdge()
    await ask('POST', '/webhook', recorded('webhook_ANNOTATION_CREATED_skipped').body)
    expect(queue.events()[0]?.kind).toBe('annotations')
  })

  test('that is sent fifty times is fifty events, each with a name of its own', async () => {
    const { ask, queue } = openEdge()
    for (let count = 0; count < 50; count++) await ask('POST', '/webhook', recorded('webhook_ANNOTATION_CREATED').body)
    expect(new Set(queue.messages.map(({ id }) => id)).size).toBe(50)
  })

  test('leaves nothing but ids in the queue: no names, no masks, no tokens', async () => {
    const { ask, queue, lines } = openEdge()
    const { body } = recorded('webhook_ANNOTATION_CREATED')
    await ask('POST', '/webhook', { ...body, project: { id: 8, token: 'canary-token', title: 'canary-title' } })
    expect(JSON.stringify([queue.messages, lines])).not.toContain('canary')
    expect(Object.keys(JSON.parse(queue.messages[0]?.body ?? '{}')).sort()).toEqual([
      'annotations',
      'at',
      'id',
      'kind',
      'platform',
      'project',
      'tasks',
    ])
  })
})

describe('a webhook without a payload', () => {
  test.each(['ANNOTATION_CREATED', 'TASKS_CREATED', 'PROJECT_UPDATED', 'START_TRAINING'])(
    '%s is acknowledged, and left to the reconciler',
    async (action) => {
      const { ask, queue } = openEdge()
      const { status, json } = await ask('POST', '/webhook', { action })
      expect({ status, json }).toEqual({ status: 200, json: { status: 'left-to-reconciler' } })
      expect(queue.messages).toEqual([])
    },
  )

  test('is an event where the key says which project it is', async () => {
    const { ask, queue } = openEdge({ accessKey: key })
    const { status } = await ask('POST', `/k/${ofProject8}/webhook`, { action: 'ANNOTATION_CREATED' })
    expect(status).toBe(200)
    expect(queue.events()).toEqual([expect.objectContaining(event({ kind: 'annotations' }))])
  })
})

describe('a webhook that is odd', () => {
  test.each(['DRAFT_CREATED', 'TASK_MOVED', 'x'])('by its action %s is acknowledged and ignored', async (action) => {
    const { ask, queue } = openEdge()
    const { status, json } = await ask('POST', '/webhook', { action, project: { id: 8 } })
    expect({ status, json }).toEqual({ status: 200, json: { status: 'ignored' } })
    expect(queue.messages).toEqual([])
  })

  test.each([
    ['numbers', { action: 'START_TRAINING', project: 8 }],
    ['texts', { action: 'START_TRAINING', project: '8' }],
    ['ids with the moment of creation', { action: 'START_TRAINING', project: '8.1795377060' }],
    ['objects', { action: 'START_TRAINING', project: { id: '8' } }],
  ])('may name its project by %s', async (_, body) => {
    const { ask, queue } = openEdge()
    await ask('POST', '/webhook', body)
    expect(queue.events()).toEqual([expect.objectContaining(event({ kind: 'train' }))])
  })

  test.each([
    ['null', { annotation: null, task: null }],
    ['without ids', { annotation: {}, annotations: [{}, 7, 'x'], task: [] }],
    ['of other kinds', { annotation: 'x', annotations: 3, tasks: { id: { deep: true } } }],
  ])('by annotations and tasks that are %s still tells that something happened', async (_, fields) => {
    const { ask, queue } = openEdge()
    await ask('POST', '/webhook', { action: 'ANNOTATION_UPDATED', project: { id: 8 }, ...fields })
    expect(queue.events()).toEqual([expect.objectContaining(event({ kind: 'annotations' }))])
  })

  test('in its number of ids fits into a message all the same', async () => {
    const { ask, queue } = openEdge()
    const many = Array.from({ length: 5000 }, (_, index) => ({ id: `${'9'.repeat(25)}${index}` }))
    const { status } = await ask('POST', '/webhook', {
      action: 'ANNOTATION_CREATED',
      annotations: many,
      tasks: many,
      project: 8,
    })
    expect(status).toBe(200)
    expect(Buffer.byteLength(queue.messages[0]?.body ?? '')).toBeLessThanOrEqual(4096)
    expect(queue.events()[0]?.annotations.length).toBeGreaterThan(10)
  })

  test.each([
    ['no JSON', '{"action":'],
    ['empty', ''],
    ['a list', '[]'],
    ['without an action', '{"project":{"id":8}}'],
    ['with an action that is none', '{"action":{"x":1}}'],
    ['of a project that cannot be one', '{"action":"START_TRAINING","project":{"id":"../../etc"}}'],
  ])('because it is %s is refused with a reason', async (_, body) => {
    const { ask, queue } = openEdge()
    const { status, json } = await ask('POST', '/webhook', body)
    expect(status).toBe(400)
    expect(json).toEqual({ error: expect.stringMatching(/^the body /) })
    expect(queue.messages).toEqual([])
  })
})

describe('a webhook with masks', () => {
  const masked = (rle: string, project = '{"id":8}') =>
    `{"action": "ANNOTATION_CREATED", "annotation": {"id": 5, "result": [{"value": {"rle" : ${rle}}}]}, "project": ${project}}`

  test.each([
    ['an empty list', '[]'],
    ['numbers', '[1, 2, 3]'],
    ['lists, which nobody sends', '[[1, 2], [3]]'],
    ['texts with brackets, which nobody sends', '["]", "[", "\\"rle\\": ["]'],
    ['no list at all', '"rle"'],
  ])('of %s is understood', async (_, rle) => {
    const { ask, queue } = openEdge()
    await ask('POST', '/webhook', masked(rle))
    expect(queue.events()).toEqual([expect.objectContaining(event({ kind: 'annotations', annotations: ['5'] }))])
  })

  test('is not misled by a title that looks like one', async () => {
    const { ask, queue } = openEdge()
    await ask('POST', '/webhook', masked('[1]', JSON.stringify({ title: '"rle": [', id: 8, more: ']' })))
    expect(queue.events()).toEqual([expect.objectContaining(event({ annotations: ['5'] }))])
  })

  test('and broken JSON is refused', async () => {
    const { ask } = openEdge()
    expect((await ask('POST', '/webhook', masked('[1, 2'))).status).toBe(400)
  })

  test('in each other, half a million of them, is read in one pass: others would wait for minutes', async () => {
    const { ask } = openEdge()
    const { status } = await ask('POST', '/webhook', masked(`[${'"rle":['.repeat(500_000)}]`))
    expect(status).toBe(200)
  })
})

describe('a queue that does not answer', () => {
  test('is an error for whoever asks for a run: nothing else would tell of it', async () => {
    const { ask } = openEdge({ queue: brokenQueue })
    const { status, json } = await ask('POST', '/webhook', recorded('webhook_START_TRAINING').body)
    expect(status).toBe(503)
    expect(json).toEqual({ error: 'it could not be queued: the next look at the project finds what happened' })
  })

  test('is none for a server that tells of annotations: it might stop telling', async () => {
    const { ask, lines } = openEdge({ queue: brokenQueue })
    const { status, json } = await ask('POST', '/webhook', recorded('webhook_ANNOTATION_CREATED').body)
    expect({ status, json }).toEqual({ status: 200, json: { status: 'left-to-reconciler' } })
    expect(lines).toContainEqual({
      level: 'error',
      fields: expect.objectContaining({ project: 'label-studio-8', event: 'annotations' }),
      message: 'the queue did not take an event',
    })
  })
})
