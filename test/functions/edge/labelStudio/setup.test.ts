import { describe, expect, test } from 'vitest'
import { openServedVersions } from '../../../../functions/edge/served.ts'
import { encodeJson, overwrite, type Store } from '../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import type { ModelVersion } from '../../../../schemas/modelVersion.ts'
import { Serving } from '../../../../schemas/projectState.ts'
import { brokenQueue, openEdge } from '../edgeUnderTest.ts'
import { recorded } from '../recorded.ts'

const { serving } = projectKeys('label-studio', '8')

async function serve(store: Store, version: ModelVersion): Promise<void> {
  await overwrite(store, serving, encodeJson(serving, Serving, { schemaVersion: 1, version, chosen: false }))
}

/** A store that counts how often it is read. */
function counted(store: Store) {
  const count = { reads: 0 }
  const counting: Store = {
    ...store,
    get: (key) => {
      count.reads += 1
      return store.get(key)
    },
  }
  return { store: counting, count }
}

/** Waits until everything that was begun in memory is over. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('setup', () => {
  test('of a project that nobody knows yet answers sixteen-v0, and tells the queue', async () => {
    const { ask, queue } = openEdge()
    const { status, json } = await ask('POST', '/setup', recorded('setup').body)
    expect({ status, json }).toEqual({ status: 200, json: { model_version: 'sixteen-v0' } })
    expect(queue.events()).toEqual([
      expect.objectContaining({ kind: 'project', platform: 'label-studio', project: '8' }),
    ])
  })

  test('answers the version that the project shows', async () => {
    const store = openMemoryStore()
    await serve(store, 'sixteen-v3')
    const { ask } = openEdge({ store })
    expect((await ask('POST', '/setup', recorded('setup').body)).json).toEqual({ model_version: 'sixteen-v3' })
  })

  test('keeps no token and no host name, anywhere', async () => {
    const store = openMemoryStore()
    const { ask, queue, lines } = openEdge({ store })
    const body = { ...recorded('setup').body, access_token: 'canary-token', hostname: 'http://canary-host' }
    const { json } = await ask('POST', '/setup', body)
    const keys: string[] = []
    for await (const key of store.list('')) keys.push(key)
    expect(keys).toEqual([])
    expect(JSON.stringify([json, queue.messages, lines])).not.toContain('canary')
  })

  test('does not quote a token in what it says of a wrong request', async () => {
    const { ask, lines } = openEdge()
    const { status, json } = await ask('POST', '/setup', { project: 'canary project', access_token: 'canary-token' })
    expect(status).toBe(400)
    expect(JSON.stringify([json, lines])).not.toContain('canary')
  })

  test.each([{ project: '8' }, { project: 8 }, { project: '8.1795377060', schema: null }])(
    'understands %j',
    async (body) => {
      const { ask, queue } = openEdge()
      expect((await ask('POST', '/setup', body)).json).toEqual({ model_version: 'sixteen-v0' })
      expect(queue.events()[0]?.project).toBe('8')
    },
  )

  test.each([{}, { project: null }, { project: '' }, { project: '../8' }, { project: 1.5 }, []])(
    'refuses %j',
    async (body) => {
      const { ask, queue } = openEdge()
      expect((await ask('POST', '/setup', body)).status).toBe(400)
      expect(queue.messages).toEqual([])
    },
  )

  test('refuses a body that is too large', async () => {
    const { ask } = openEdge({ limits: { bodyBytes: 100 } })
    const { status, json } = await ask('POST', '/setup', { project: 8, schema: 'x'.repeat(200) })
    expect({ status, json }).toEqual({
      status: 413,
      json: { error: 'the body is larger than the 100 bytes that this call takes' },
    })
  })

  test('tells the queue once a minute, and at once when the labels change', async () => {
    const { ask, queue, clock } = openEdge()
    const setup = (schema: string) => ask('POST', '/setup', { project: '8', schema })
    for (let count = 0; count < 5; count++) await setup('<View/>')
    expect(queue.messages.length).toBe(1)
    await setup('<View><Image/></View>')
    expect(queue.messages.length).toBe(2)
    clock.milliseconds += 59_999
    await setup('<View/>')
    expect(queue.messages.length).toBe(2)
    clock.milliseconds += 1
    await setup('<View/>')
    expect(queue.messages.length).toBe(3)
  })

  test('is told under one name by several servers at once, so that a queue takes it once', async () => {
    const [first, second] = [openEdge(), openEdge()]
    for (const { ask } of [first, second]) await ask('POST', '/setup', recorded('setup').body)
    expect(first.queue.messages).toEqual(second.queue.messages)
  })

  test('answers even where the queue does not, and tries again next time', async () => {
    const { ask, lines } = openEdge({ queue: brokenQueue })
    for (let count = 0; count < 2; count++)
      expect((await ask('POST', '/setup', recorded('setup').body)).status).toBe(200)
    expect(lines.filter(({ level }) => level === 'error').length).toBe(2)
  })

  test('asks the store the first time only', async () => {
    const { store, count } = counted(openMemoryStore())
    const { ask } = openEdge({ store })
    for (let index = 0; index < 20; index++) await ask('POST', '/setup', recorded('setup').body)
    expect(count.reads).toBe(1)
  })
})

describe('the version that is served', () => {
  const open = async (first: ModelVersion) => {
    const memory = openMemoryStore()
    await serve(memory, first)
    const { store, count } = counted(memory)
    const clock = { milliseconds: 0 }
    const failures: unknown[] = []
    const over = Promise.withResolvers<void>()
    const served = openServedVersions(store, {
      now: () => new Date(clock.milliseconds),
      wait: () => over.promise,
      onFailure: (error) => failures.push(error),
    })
    return { served, store: memory, count, clock, failures, patience: { end: () => over.resolve() } }
  }

  test('comes from memory for two seconds, then from the store', async () => {
    const { served, store, count, clock } = await open('sixteen-v1')
    expect(await served.of('label-studio', '8')).toBe('sixteen-v1')
    await serve(store, 'sixteen-v2')
    clock.milliseconds = 2000
    expect(await served.of('label-studio', '8')).toBe('sixteen-v1')
    expect(count.reads).toBe(1)
    clock.milliseconds = 2001
    expect(await served.of('label-studio', '8')).toBe('sixteen-v2')
  })

  test('is the old one where the store takes too long, and the new one next time', async () => {
    const { served, store, clock, patience } = await open('sixteen-v1')
    await served.of('label-studio', '8')
    await serve(store, 'sixteen-v2')
    clock.milliseconds = 2001
    patience.end()
    expect(await served.of('label-studio', '8')).toBe('sixteen-v1')
    await settled()
    expect(await served.of('label-studio', '8')).toBe('sixteen-v2')
  })

  test('is read once, however many ask at the same time', async () => {
    const { served, count } = await open('sixteen-v1')
    await Promise.all(Array.from({ length: 10 }, () => served.of('label-studio', '8')))
    expect(count.reads).toBe(1)
  })

  test('stays what it was where the record becomes unreadable, and that is told', async () => {
    const { served, store, clock, failures } = await open('sixteen-v1')
    await served.of('label-studio', '8')
    await overwrite(store, serving, new TextEncoder().encode('{'))
    clock.milliseconds = 10_000
    await served.of('label-studio', '8')
    await settled()
    expect(await served.of('label-studio', '8')).toBe('sixteen-v1')
    expect(failures[0]).toMatchObject({ name: 'InvalidRecordError' })
  })
})
