import { afterEach, describe, expect, test } from 'vitest'
import { openLabelStudio } from '../../../integrations/label-studio/platform.ts'
import { PlatformError, PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { as, byPath, type FakeServer, quickClient, type Received, type Reply, serve } from './fakeServer.ts'

let server: FakeServer
afterEach(async () => await server.close())
async function platformOf(answers: Readonly<Record<string, Reply | ((request: Received) => Reply)>>) {
  server = await serve(byPath({ 'GET /api/projects/1/': as('project'), ...answers }))
  return openLabelStudio(quickClient(server.address))
}

/** What a request says that it wants. */
const query = (request: Received | undefined) => JSON.parse(request?.query.get('query') ?? '{}')
const lists = () => server.received.filter(({ path }) => path === 'GET /api/tasks/')

interface Shown {
  readonly id: number
  readonly data: unknown
}
/** A server that knows these tasks, and answers those that are asked for. */
const knows =
  (tasks: readonly Shown[]) =>
  (request: Received): Reply => {
    const { selectedItems, filters } = query(request)
    const wanted = tasks.filter(({ id }) => selectedItems.included.includes(id) && id > filters.items.at(-1).value)
    return { body: { tasks: wanted } }
  }

describe('other tasks', () => {
  test('are those that name an image in the field of the label configuration, and no sample', async () => {
    const platform = await platformOf({
      'GET /api/tasks/': knows([
        { id: 1, data: { image: '/data/upload/1/a.png', sample: 'avatars-s1-t0.7', kind: 'seed' } },
        { id: 2, data: { image: '/data/upload/1/b.png' } },
        { id: 3, data: { picture: '/data/upload/1/c.png' } },
        { id: 4, data: { image: '' } },
        { id: 5, data: { image: '  ' } },
        { id: 6, data: { image: 7 } },
        { id: 7, data: { image: ['/data/upload/1/d.png'] } },
        { id: 8, data: null },
        { id: 9, data: { image: ' s3://bucket/e.png\n', sample: '' } },
      ]),
    })
    const ids = ['9', '8', '7', '6', '5', '4', '3', '2', '1']
    expect(await platform.listOtherTasks('1', ids)).toEqual([
      { id: '9', image: 's3://bucket/e.png' },
      { id: '2', image: '/data/upload/1/b.png' },
    ])
  })

  test('of a recorded project are told from ours', async () => {
    const platform = await platformOf({ 'GET /api/tasks/': as('tasks') })
    expect(await platform.listOtherTasks('1', ['1', '4', '7', '99'])).toEqual([])
  })

  test('are asked for in one list of the project, which makes the server ask no backend', async () => {
    const platform = await platformOf({ 'GET /api/tasks/': knows([]) })
    await platform.listOtherTasks('1', ['12', '7', '12'])
    expect(lists()).toHaveLength(1)
    expect(query(lists()[0]).selectedItems).toEqual({ all: false, included: [12, 7] })
    expect(Object.fromEntries(lists()[0]?.query ?? [])).toMatchObject({
      project: '1',
      include: 'id,data',
      resolve_uri: 'false',
      review: 'true',
    })
  })

  test('are asked for in several lists where they are many, each of which proxies let through', async () => {
    const tasks = Array.from({ length: 250 }, (_, index) => ({
      id: 999_999_999_999_000 + index,
      data: { image: `/data/${index}.png` },
    }))
    const platform = await platformOf({ 'GET /api/tasks/': knows(tasks) })
    const ids = tasks.map(({ id }) => String(id)).toReversed()
    expect((await platform.listOtherTasks('1', ids)).map(({ id }) => id)).toEqual(ids)
    for (const { line } of lists()) expect(line.length).toBeLessThan(4096)
  })

  test('are none where none is asked for: no selection would be a selection of all', async () => {
    const platform = await platformOf({ 'GET /api/tasks/': knows([]) })
    expect(await platform.listOtherTasks('1', [])).toEqual([])
    expect(lists()).toEqual([])
  })

  test('are none where there is no image to paint on', async () => {
    const platform = await platformOf({
      'GET /api/projects/1/': {
        body: { id: 1, title: 'Texts', label_config: '<View><Text name="t" value="$t"/></View>' },
      },
    })
    expect(await platform.listOtherTasks('1', ['2'])).toEqual([])
  })

  test.each(['', 'x', '1/../2', '-1', '1e3', '1'.repeat(16)])('have numbers: %j is refused', async (id) => {
    const platform = await platformOf({})
    await expect(platform.listOtherTasks('1', [id])).rejects.toThrow(PlatformError)
    expect(server.received).toEqual([])
  })

  test('cannot be listed while the server does not answer', async () => {
    const platform = await platformOf({ 'GET /api/tasks/': { status: 503 } })
    await expect(platform.listOtherTasks('1', ['2'])).rejects.toThrow(PlatformUnavailableError)
  })

  test('of a project that is not there are an error, not none', async () => {
    const platform = await platformOf({})
    await expect(platform.listOtherTasks('8', ['1'])).rejects.toThrow(PlatformError)
  })
})
