import { beforeAll, describe, expect, test } from 'vitest'
import { presentInputs } from '../../../../../functions/gpu/jobs/runInputs.ts'
import { type ContainerJob, runContainerJob } from '../../../../../functions/gpu/jobs/running/containerJob.ts'
import { ShutdownError } from '../../../../../functions/gpu/jobs/running/shutdown.ts'
import { runLocally } from '../../../../../functions/local.ts'
import { openRun } from '../../../../../functions/runs.ts'
import { getJson, type Store, updateJson } from '../../../../../integrations/storage/index.ts'
import { openMemoryStore } from '../../../../../integrations/storage/memory.ts'
import type { ProjectSettings } from '../../../../../schemas/project.ts'
import { ReportData } from '../../../../../schemas/report.ts'
import { Run } from '../../../../../schemas/run.ts'
import {
  datasetOf,
  makeTinyProject,
  tinyEvaluation,
  tinyKeys,
  tinyRun,
  tinySegmenter,
  tinyTuning,
} from '../../../tinyProject.ts'

const version = 'sixteen-v1'
const now = () => new Date('2030-01-01T12:00:00.000Z')
const job = (name: ContainerJob['name'], index = 0, of = 1): ContainerJob => ({
  name,
  platform: 'local',
  project: tinyRun.project,
  version,
  share: { index, of },
})
const containers = (store: Store, signal?: AbortSignal) => (what: ContainerJob) =>
  runContainerJob(
    {
      store,
      now,
      signal,
      device: 'cpu',
      threads: 1,
      tuning: tinyTuning,
      evaluation: tinyEvaluation,
      publishing: () => {
        throw new Error('nothing is published here')
      },
    },
    what,
  )
const runOf = async (store: Store): Promise<Run | undefined> =>
  (await getJson(store, tinyKeys.run(version).run, Run))?.value

async function begunProject(settings: Partial<ProjectSettings> = {}): Promise<Store> {
  const store = openMemoryStore()
  await makeTinyProject(store, settings)
  await openRun(store, tinyKeys, await presentInputs(store, tinyKeys), now)
  return store
}

describe('a run in containers', () => {
  let store: Store
  let whole: Store
  beforeAll(async () => {
    whole = openMemoryStore()
    await makeTinyProject(whole, { segmenter: tinySegmenter })
    await runLocally({ ...tinyRun, store: whole, threads: 1, now })
    store = await begunProject({ segmenter: tinySegmenter })
    const run = containers(store)
    await run(job('train'))
    await Promise.all([run(job('generate', 0, 2)), run(job('generate', 1, 2))])
    await run(job('curate'))
    await run(job('evaluate'))
  }, 120_000)

  test('leaves the same objects as one process that does everything', async () => {
    const withoutProgress = async (of: Store) =>
      new Map([...(await datasetOf(of))].filter(([key]) => !key.endsWith('/progress.json')))
    expect(await withoutProgress(store)).toEqual(await withoutProgress(whole))
    expect(await store.head(tinyKeys.run(version).segmenterRecord)).toBeDefined()
  })

  test('notes all phases in its record, and is done', async () => {
    const run = await runOf(store)
    expect(run?.state).toBe('done')
    const named = ['train', 'distil', 'generate', 'curate', 'segment', 'evaluate', 'report']
    expect(run?.phases.map(({ name }) => name)).toEqual(named)
    expect(run?.phases.every(({ finishedAt }) => finishedAt !== undefined)).toBe(true)
    expect((await getJson(store, tinyKeys.run(version).report, ReportData))?.value.title).toBe(tinyRun.project)
  })

  test('done again, changes no image', async () => {
    const before = await datasetOf(store)
    await containers(store)(job('generate', 1, 2))
    await containers(store)(job('curate'))
    expect(await datasetOf(store)).toEqual(before)
  })
})

test('curating waits for no shard that is missing: it names it', async () => {
  const store = await begunProject()
  const run = containers(store)
  await run(job('train'))
  await run(job('generate', 0, 2))
  await expect(run(job('curate'))).rejects.toThrow(/shard 1 of 3 is missing \(.*shards\/00001\.json\)/)
})

test('a container that is told to end leaves the run as it is, to be gone on with', async () => {
  const store = await begunProject()
  await containers(store)(job('train'))
  const ended = containers(store, AbortSignal.abort(new ShutdownError('taken away')))
  await expect(ended(job('generate'))).rejects.toThrow('taken away')
  expect(await runOf(store)).toMatchObject({ state: 'generating' })
})

test.each(['train', 'generate', 'curate', 'evaluate'] as const)(
  '%s is not begun in a run that a person stopped, which stays so',
  async (name) => {
    const store = await begunProject()
    const run = containers(store)
    if (name !== 'train') await run(job('train'))
    if (name === 'curate') await run(job('generate'))
    const key = tinyKeys.run(version).run
    // As it was stopped just before the container came so far.
    const stopped = (known: Run): Run => ({ ...known, state: 'stopped' })
    await updateJson(store, key, Run, stopped)
    const before = await runOf(store)
    await expect(run(job(name))).rejects.toThrow(`${version} was stopped: start it again`)
    expect(await runOf(store)).toEqual(before)
  },
)

test('a step that fails says why in the record of the run', async () => {
  const store = await begunProject()
  await expect(containers(store)(job('generate'))).rejects.toThrow('has no factory graph yet')
  expect(await runOf(store)).toMatchObject({ state: 'failed', error: { phase: 'generate' } })
})

test('a step of a run that is not named is refused', async () => {
  const store = openMemoryStore()
  const { version: _, ...nameless } = job('train')
  await expect(containers(store)(nameless)).rejects.toThrow('train is a step of a run: say of which')
  await makeTinyProject(store)
  await expect(containers(store)(job('train'))).rejects.toThrow('there is no run sixteen-v1')
})
