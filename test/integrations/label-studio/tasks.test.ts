import { afterEach, describe, expect, test } from 'vitest'
import { openLabelStudio } from '../../../integrations/label-studio/platform.ts'
import { PlatformError } from '../../../integrations/platform/index.ts'
import { as, byPath, type FakeServer, quickClient, type Received, type Reply, serve } from './fakeServer.ts'

let server: FakeServer
afterEach(async () => await server.close())
async function platformOf(answers: Readonly<Record<string, Reply | ((request: Received) => Reply)>>) {
  server = await serve(byPath(answers))
  return openLabelStudio(quickClient(server.address))
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = []
  for await (const value of values) all.push(value)
  return all
}

/** Behind which id a page is asked for, as the filters say it. */
const asked = ({ query }: Received): number =>
  JSON.parse(query.get('query') ?? '').filters.items.find(
    ({ filter }: { filter: string }) => filter === 'filter:tasks:id',
  ).value

describe('tasks of a recorded project', () => {
  test('are listed with what of them is ours', async () => {
    const platform = await platformOf({ 'GET /api/tasks/': as('tasks') })
    expect(await collect(platform.listTasks('1'))).toEqual([
      { id: '1', sample: 'avatars-s105-t0.7', kind: 'seed' },
      { id: '2', sample: 'avatars-s101-t0.7', kind: 'seed' },
      { id: '3', sample: 'avatars-s103-t0.7', kind: 'seed' },
      { id: '4', sample: 'n0', kind: 'generated' },
      { id: '5', sample: 'n1', kind: 'generated' },
      { id: '6', sample: 'n2', kind: 'generated' },
      { id: '7', sample: 'im', kind: undefined },
    ])
  })

  test('are annotated by people with ids, and without addresses', async () => {
    const platform = await platformOf({ 'GET /api/tasks/': as('annotated'), 'GET /api/projects/1/': as('project') })
    const form = { parts: ['Background', 'Hair', 'Eye'], width: 64, height: 48 }
    const annotations = await collect(platform.listAnnotations('1', form))
    expect(annotations.map(({ id, task, seconds, by }) => [id, task, seconds, by])).toEqual([
      ['2', '4', 3.5, '1'],
      ['5', '4', undefined, '1'],
      ['3', '5', undefined, '1'],
      ['4', '6', undefined, '1'],
      ['1', '7', undefined, '1'],
    ])
    expect(annotations.map(({ painting }) => painting.kind)).toEqual([
      'unusable',
      'unusable',
      'skipped',
      'empty',
      'unusable',
    ])
    expect(annotations[0]?.createdAt).toBe('2026-11-25T10:27:50.477Z')
    expect(JSON.stringify(annotations)).not.toContain('@')
  })

  test('are predicted by a version if they name it, not if they name a longer one', async () => {
    const body = {
      tasks: [
        { id: 1, predictions_model_versions: 'sixteen-v1' },
        { id: 2, predictions_model_versions: 'sixteen-v10,sixteen-v12' },
        { id: 3, predictions_model_versions: 'sixteen-v10, sixteen-v1' },
        { id: 4, predictions_model_versions: null },
      ],
    }
    const platform = await platformOf({ 'GET /api/tasks/': { body } })
    expect([...(await platform.tasksPredicted('1', 'sixteen-v1'))]).toEqual(['1', '3'])
  })

  test('are looked at one by one where the server cut the versions', async () => {
    const cut = `${'sixteen-v100,'.repeat(40)}`.slice(0, 500)
    const platform = await platformOf({
      'GET /api/tasks/': { body: { tasks: [1, 2].map((id) => ({ id, predictions_model_versions: cut })) } },
      'GET /api/predictions/': ({ query }) => ({
        body: [{ model_version: query.get('task') === '2' ? 'sixteen-v7' : 'sixteen-v70' }, { model_version: null }],
      }),
    })
    expect([...(await platform.tasksPredicted('1', 'sixteen-v7'))]).toEqual(['2'])
  })
})

describe('pages', () => {
  const tasks = (from: number, to: number) => ({
    body: {
      tasks: Array.from({ length: to - from + 1 }, (_, index) => ({
        id: from + index,
        data: { sample: `avatars-s${from + index}-t1` },
      })),
    },
  })

  test('begin behind the last task of the one before', async () => {
    const platform = await platformOf({
      'GET /api/tasks/': (request) =>
        ({ '-1': tasks(1, 200), 200: tasks(301, 500), 500: tasks(501, 510) })[asked(request)] ?? 'cut',
    })
    const ids = (await collect(platform.listTasks('8'))).map(({ id }) => Number(id))
    expect(ids).toHaveLength(410)
    expect(ids).toEqual(ids.toSorted((first, second) => first - second))
  })

  test('end at the last task, also where the server says so by 404', async () => {
    const platform = await platformOf({
      'GET /api/tasks/': (request) => (asked(request) < 0 ? tasks(1, 200) : as('page behind the last')),
    })
    expect(await collect(platform.listTasks('8'))).toHaveLength(200)
  })

  test('end with a server that gives the same page again', async () => {
    const platform = await platformOf({ 'GET /api/tasks/': tasks(1, 200) })
    expect(await collect(platform.listTasks('8'))).toHaveLength(200)
  })

  test('of a project that is not there are an error, not none', async () => {
    const platform = await platformOf({})
    await expect(collect(platform.listTasks('8'))).rejects.toThrow(PlatformError)
  })
})
