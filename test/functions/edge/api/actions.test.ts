import { describe, expect, test } from 'vitest'
import type { EdgeOptions } from '../../../../functions/edge/index.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import type { Work } from '../../../../integrations/workflow/index.ts'
import type { RunState } from '../../../../schemas/run.ts'
import { brokenQueue, openEdge } from '../edgeUnderTest.ts'
import { addProject, avatars } from '../storeOfRuns.ts'

const faces = { ...avatars, platform: 'label-studio', id: '8' } as const
const path = '/api/projects/label-studio/8'

/** A workflow that remembers what it was asked for, and has this work under way. */
function openWatchedWorkflow(underWay: readonly string[] = []) {
  const asked: [string, Work][] = []
  const has = (work: Work) => work.kind === 'run' && underWay.includes(work.version)
  const workflow: NonNullable<EdgeOptions['workflow']> = {
    start: async (work) => {
      asked.push(['start', work])
      return !has(work)
    },
    stop: async (work) => {
      asked.push(['stop', work])
      return has(work)
    },
    isActive: async (work) => has(work),
  }
  return { workflow, asked }
}

async function open(states: readonly RunState[], underWay: readonly string[] = [], options: Partial<EdgeOptions> = {}) {
  const store = openMemoryStore()
  await addProject(store, faces, states)
  await addProject(store, avatars, ['done'])
  const { workflow, asked } = openWatchedWorkflow(underWay)
  return { ...openEdge({ store, workflow, ...options }), asked, store }
}

const work = (version: string) => ({ kind: 'run', platform: 'label-studio', project: '8', version })

describe('start', () => {
  test('asks for a run through the queue, as START_TRAINING does', async () => {
    const { ask, queue } = await open([])
    const { status, json } = await ask('POST', `${path}/start`)
    expect({ status, json }).toEqual({ status: 202, json: { status: 'queued', job: queue.messages[0]?.id } })
    expect(queue.events()).toEqual([expect.objectContaining({ kind: 'train', platform: 'label-studio', project: '8' })])
  })

  test('takes the empty body that a page sends', async () => {
    const { ask } = await open([])
    expect((await ask('POST', `${path}/start`, {})).status).toBe(202)
  })

  test('says so where the queue does not answer', async () => {
    const { ask } = await open([], [], { queue: brokenQueue })
    expect((await ask('POST', `${path}/start`)).status).toBe(503)
  })

  test('is refused for a project of files, which nobody would hear of', async () => {
    const { ask, queue } = await open([])
    expect(await ask('POST', '/api/projects/local/avatars/start')).toMatchObject({
      status: 409,
      json: { error: 'project local/avatars has no annotation platform: the command line starts its runs' },
    })
    expect(queue.messages).toEqual([])
  })

  test('of a project that is not there is 404', async () => {
    const { ask } = await open([])
    expect((await ask('POST', '/api/projects/label-studio/9/start')).status).toBe(404)
  })
})

describe('stop', () => {
  test('stops a run that is under way', async () => {
    const { ask, asked } = await open(['training'], ['sixteen-v1'])
    expect(await ask('POST', `${path}/runs/sixteen-v1/stop`)).toMatchObject({
      status: 202,
      json: { status: 'stopping' },
    })
    expect(asked).toEqual([['stop', work('sixteen-v1')]])
  })

  test('is refused where nothing is under way', async () => {
    const { ask } = await open(['done'])
    expect(await ask('POST', `${path}/runs/sixteen-v1/stop`)).toMatchObject({
      status: 409,
      json: { error: 'run sixteen-v1 is not under way' },
    })
  })

  test('of a run that is not there is 404, and the workflow hears nothing', async () => {
    const { ask, asked } = await open([])
    expect((await ask('POST', `${path}/runs/sixteen-v1/stop`)).status).toBe(404)
    expect(asked).toEqual([])
  })
})

describe('retry', () => {
  test.each(['stopped', 'created', 'training'] as const)('goes on with a run that is %s', async (state) => {
    const { ask, asked } = await open([state])
    expect(await ask('POST', `${path}/runs/sixteen-v1/retry`)).toMatchObject({
      status: 202,
      json: { status: 'started' },
    })
    expect(asked).toEqual([['start', work('sixteen-v1')]])
  })

  test('says where it is under way already', async () => {
    const { ask } = await open(['training'], ['sixteen-v1'])
    expect((await ask('POST', `${path}/runs/sixteen-v1/retry`)).json).toEqual({ status: 'under-way' })
  })

  test('is refused for a run that is done', async () => {
    const { ask, asked } = await open(['done'])
    expect((await ask('POST', `${path}/runs/sixteen-v1/retry`)).status).toBe(409)
    expect(asked).toEqual([])
  })
})

describe('without a workflow', () => {
  test.each(['start', 'runs/sixteen-v1/stop', 'runs/sixteen-v1/retry'])(
    '%s is not offered, and says why',
    async (what) => {
      const store = openMemoryStore()
      await addProject(store, faces, ['stopped'])
      const { ask, queue } = openEdge({ store })
      expect(await ask('POST', `${path}/${what}`)).toMatchObject({
        status: 501,
        json: { error: expect.stringMatching(/^this server only shows runs: /) },
      })
      expect(queue.messages).toEqual([])
    },
  )
})

describe('the version to be shown', () => {
  test.each(['sixteen-v1', 'sixteen-v0'])('%s is asked for through the queue', async (version) => {
    const { ask, queue } = await open(['done'])
    expect((await ask('PUT', `${path}/serving`, { version })).status).toBe(202)
    expect(queue.events()).toEqual([expect.objectContaining({ kind: 'serve', version, project: '8' })])
  })

  test.each([
    ['sixteen-v2', 409],
    ['sixteen-v3', 404],
    ['latest', 400],
    [null, 400],
  ])('%s of a run that is not done, is not there, or none at all is refused', async (version, status) => {
    const { ask, queue } = await open(['done', 'stopped'])
    expect((await ask('PUT', `${path}/serving`, { version })).status).toBe(status)
    expect(queue.messages).toEqual([])
  })

  test('is asked for in JSON: forms of other sites are not understood', async () => {
    const { app, queue } = await open(['done'])
    const headers = { 'Content-Type': 'text/plain' }
    const body = '{"version":"sixteen-v1"}'
    expect((await app.request(`${path}/serving`, { method: 'PUT', headers, body })).status).toBe(415)
    expect(queue.messages).toEqual([])
  })
})

describe('predictions of a version', () => {
  test('are taken away through the queue, even those of a run that is gone', async () => {
    const { ask, queue } = await open([])
    expect((await ask('DELETE', `${path}/predictions/sixteen-v7`)).status).toBe(202)
    expect(queue.events()).toEqual([expect.objectContaining({ kind: 'forget', version: 'sixteen-v7', project: '8' })])
  })

  test('of what is no version are refused', async () => {
    const { ask } = await open([])
    expect((await ask('DELETE', `${path}/predictions/mine`)).status).toBe(400)
  })
})
