import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { describe, expect, test } from 'vitest'
import { pageRoutes } from '../../../../functions/edge/pages/index.ts'
import type { Store } from '../../../../integrations/storage/index.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import { at, keysOf, runOf, stateOf } from './records.ts'
import { projects, storeOfProjects } from './storeOfProjects.ts'
import { writer } from './writer.ts'

const queue = { depth: async () => ({ messages: 0, dead: 0 }) }
const now = () => new Date(at(123))
const pagesOf = (store: Store, pollMilliseconds = 1) => pageRoutes({ store, queue, now, pollMilliseconds })
const pageOf = (project: string): string => `/projects/label-studio-${project}`
const store = await storeOfProjects()

const read = async (path: string, from: Hono): Promise<string> => {
  const response = await from.request(path)
  expect(response.status).toBe(200)
  return response.text()
}

interface Live {
  readonly state: string
  readonly sections: Record<string, string>
}

describe('live updates', () => {
  test('for one who asks are what changed since the state that is named', async () => {
    const changing = openMemoryStore()
    const put = writer(changing)
    await put.project('1')
    await put.state('1', stateOf('1', {}))
    const pages = pagesOf(changing)
    const ask = async (state = ''): Promise<Live> => JSON.parse(await read(`${pageOf('1')}/live?state=${state}`, pages))
    const all = await ask()
    const html = await read(pageOf('1'), pages)
    expect(html).toContain(`data-state="${all.state}"`)
    for (const section of Object.values(all.sections)) expect(html).toContain(section)
    expect(await ask(all.state)).toEqual({ state: all.state, sections: {} })
    await put.state('1', stateOf('1', { seeds: { painted: 1 } }))
    const changed = await ask(all.state)
    expect(changed.state).not.toBe(all.state)
    expect(changed.sections.seeds).toContain('1 of 16 seeds painted')
  })

  /** Reads a stream of server-sent events, one `state` after the other. */
  async function follow(path: string, from: Hono, headers: Record<string, string> = {}) {
    const response = await from.request(path, { headers })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    if (reader === undefined) throw new Error('a stream has a body')
    let rest = ''
    return {
      async next(): Promise<Live> {
        for (;;) {
          const end = rest.indexOf('\n\n')
          if (end >= 0) {
            const event = rest.slice(0, end)
            rest = rest.slice(end + 2)
            const data = /^event: state\ndata: (.*)$/m.exec(event)?.[1]
            if (data !== undefined) return JSON.parse(data)
            continue
          }
          const { done, value } = await reader.read()
          if (done) throw new Error('the stream ended')
          rest += value
        }
      },
      close: () => reader.cancel(),
    }
  }

  test('come as events: at first what the page does not know, then only what changes', async () => {
    const changing = openMemoryStore()
    const put = writer(changing)
    await put.project('1')
    await put.state('1', stateOf('1', {}))
    // Middleware that digests answers would wait for the end of a stream.
    const pages = new Hono().use(etag()).route('/', pagesOf(changing))
    const { state }: Live = JSON.parse(await read(`${pageOf('1')}/live`, pages))
    const [stranger, acquaintance] = [
      await follow(`${pageOf('1')}/events`, pages),
      await follow(`${pageOf('1')}/events?state=old`, pages, { 'Last-Event-ID': state }),
    ]
    expect(Object.keys((await stranger.next()).sections)).toContain('cost')
    expect(await acquaintance.next()).toEqual({ state, sections: {} })
    await put.run('1', runOf(1, 'training'))
    await put.progress('1', {
      version: 'sixteen-v1',
      at: at(60),
      phase: 'train',
      task: 'Training',
      done: 1,
      total: 4,
      unit: 'steps',
      losses: [],
    })
    for (const follower of [stranger, acquaintance]) {
      let live = await follower.next()
      // Run and progress are two records, and may be seen one after the other.
      while (!live.sections.run?.includes('aria-valuenow="25"')) live = await follower.next()
      expect(Object.keys(live.sections)).not.toContain('cost')
      await follower.close()
    }
  })

  test('of all projects come in the same way', async () => {
    const pages = pagesOf(store)
    const follower = await follow('/projects/events', pages)
    expect((await follower.next()).sections.projects).toContain('Street portraits')
    await follower.close()
  })

  test('for fifty pages of a project look at the store no more often than for one', async () => {
    let looks = 0
    const counted: Store = {
      ...store,
      get: (key) => {
        if (key === keysOf(projects.running).state) looks++
        return store.get(key)
      },
    }
    // An hour between two looks: all of the fifty share the first.
    const pages = pagesOf(counted, 3_600_000)
    const followers = await Promise.all(
      Array.from({ length: 50 }, () => follow(`${pageOf(projects.running)}/events`, pages)),
    )
    await Promise.all(followers.map((follower) => follower.next()))
    // Each asks first whether there is such a project.
    expect(looks).toBe(50 + 1)
    await Promise.all(followers.map((follower) => follower.close()))
  })
})
