import { beforeAll, describe, expect, test } from 'vitest'
import { changeSettings } from '../../cli/projectFolder.ts'
import { ShutdownError } from '../../functions/gpu/jobs/running/shutdown.ts'
import { type JobProgress, openMemoryStore, runLocally } from '../../functions/local.ts'
import { getJson, type Store } from '../../integrations/storage/index.ts'
import type { ProjectSettings } from '../../schemas/project.ts'
import { type PhaseName, Run } from '../../schemas/run.ts'
import { SegmenterRecord } from '../../schemas/segmenter.ts'
import { makeTinyProject, objectsOf, tinyKeys, tinyRun, tinySegmenter } from './tinyProject.ts'

const run = tinyKeys.run('sixteen-v1')
const phases: readonly PhaseName[] = ['train', 'distil', 'generate', 'curate', 'segment']

/** What a run with a segmenter leaves, and its report. */
let made: ReadonlyMap<string, string>
let result: Awaited<ReturnType<typeof runLocally>>
const progress: JobProgress[] = []
beforeAll(async () => {
  const store = openMemoryStore()
  await makeTinyProject(store, { segmenter: tinySegmenter })
  result = await runLocally({ ...tinyRun, store, onProgress: (told) => progress.push(told) })
  made = await objectsOf(store)
}, 60_000)

/** The store of that run as it was before a phase. */
async function storeBefore(phase: 'segment' | 'evaluate'): Promise<Store> {
  const store = openMemoryStore()
  const later = [run.evaluation, run.report, run.run, ...(phase === 'segment' ? segmenterKeys : [])]
  for (const [key, bytes] of made) if (!later.includes(key)) await store.create(key, Buffer.from(bytes, 'base64'))
  const record = Run.parse({ ...result.run, state: 'curating' })
  const ended = record.phases.filter(({ name }) => !['segment', 'evaluate', 'report'].includes(name))
  await store.create(run.run, Buffer.from(JSON.stringify({ ...record, phases: ended })))
  return store
}
const segmenterKeys = [run.segmenter, run.segmenterGraph, run.segmenterRecord]

const recordOf = async (store: Store): Promise<Run | undefined> => (await getJson(store, run.run, Run))?.value
const phaseOf = (record: Run | undefined) => record?.phases.find(({ name }) => name === 'segment')
const segmenterOf = async (store: Store) => (await getJson(store, run.segmenterRecord, SegmenterRecord))?.value
const change = (store: Store, settings: Partial<ProjectSettings>) =>
  changeSettings({ folder: '', store, keys: tinyKeys }, settings)

describe('a run of a project that wishes for a segmenter', () => {
  test('trains it on its dataset, before it is evaluated', () => {
    const names = result.run.phases.map(({ name }) => name)
    expect(names).toEqual(['train', 'distil', 'generate', 'curate', 'segment', 'evaluate', 'report'])
    expect(phaseOf(result.run)?.finishedAt).toBeDefined()
    for (const key of segmenterKeys) expect(made.has(key), key).toBe(true)
    expect([...made.keys()].filter((key) => key.includes('checkpoints'))).toEqual([])
  })

  test('as it is wished for', async () => {
    const { options, images, history } = (await segmenterOf(await storeBefore('evaluate'))) ?? {}
    expect(options).toMatchObject({ ...tinySegmenter, backbone: 'small' })
    expect(images).toEqual({ training: 8, heldOut: 1 })
    expect(history?.map(({ step }) => step)).toEqual([2, 4])
  })

  test('tells of it in its report', async () => {
    const record = await segmenterOf(await storeBefore('evaluate'))
    expect(result.report?.segmenter?.miou).toBe(record?.heldOut.miou)
    expect(result.report?.segmenter?.parts).toEqual(record?.heldOut.parts)
    const facts = result.report?.segmenter?.facts.map(({ name, value }) => `${name}: ${value}`)
    expect(facts).toContain('Network: DeepLab-V3, backbone small, output stride 16')
    expect(facts).toContain('Learned from: 8 generated images')
    expect(result.report?.training.map(({ name }) => name)).toContain('Segmenter, on generated images')
    expect(result.report?.phases.map(({ name }) => name)).toContain('Train the segmenter')
  })

  test('says how far it is', () => {
    const told = progress.filter(({ phase }) => phase === 'segment')
    expect(told[0]).toMatchObject({ task: 'reading images', unit: 'images' })
    expect(told.at(-1)).toMatchObject({ task: 'training the segmenter', done: 4, total: 4, unit: 'steps' })
  })

  test('does not train it again where nothing has changed', async () => {
    const store = await storeBefore('evaluate')
    await runLocally({ ...tinyRun, store, phases: ['segment'], onProgress: () => expect.unreachable() })
    for (const key of segmenterKeys) expect((await objectsOf(store, key)).get(key), key).toBe(made.get(key))
  })

  test('trains it anew, and nothing else, where other images are kept', async () => {
    const store = await storeBefore('evaluate')
    await change(store, { dropShare: 0.5 })
    const worked: string[] = []
    const onProgress = ({ phase }: JobProgress): void => void worked.push(phase)
    await runLocally({ ...tinyRun, store, phases, onProgress })
    expect((await segmenterOf(store))?.images).toEqual({ training: 4, heldOut: 1 })
    expect(worked).not.toContain('train')
    expect(worked).not.toContain('distil')
  })

  test('fails where it cannot be trained, keeps its dataset, and goes on when none is wished for any more', async () => {
    const store = await storeBefore('segment')
    await change(store, { dropShare: 1 })
    await expect(runLocally({ ...tinyRun, store, phases })).rejects.toThrow('has 0 kept images')
    expect(await recordOf(store)).toMatchObject({ state: 'failed', error: { phase: 'segment' } })
    expect(await store.head(run.manifest)).toBeDefined()
    await change(store, { segmenter: undefined })
    const { run: mended, report } = await runLocally({ ...tinyRun, store, phases: [...phases, 'report'] })
    expect(mended.state).toBe('done')
    expect(mended.phases.every(({ finishedAt }) => finishedAt !== undefined)).toBe(true)
    expect(report?.segmenter).toBeUndefined()
  })
})

describe('a run that is interrupted while it trains its segmenter', () => {
  /** Ends a run for that reason as soon as its segmenter is so far. */
  async function interrupt(store: Store, unit: JobProgress['unit'], done: number, reason: Error): Promise<void> {
    const controller = new AbortController()
    const onProgress = (told: JobProgress): void => {
      if (told.phase === 'segment' && told.unit === unit && told.done === done) controller.abort(reason)
    }
    const options = { ...tinyRun, store, phases, onProgress, signal: controller.signal }
    await expect(runLocally(options)).rejects.toBe(reason)
  }

  test('by a person goes on where it was, to the same bytes', async () => {
    const store = await storeBefore('segment')
    await interrupt(store, 'steps', 2, new Error('enough'))
    expect((await recordOf(store))?.state).toBe('stopped')
    expect(phaseOf(await recordOf(store))?.finishedAt).toBeUndefined()
    const steps = new Set<number>()
    const onProgress = ({ phase, unit, done }: JobProgress): void => {
      if (phase === 'segment' && unit === 'steps') steps.add(done)
    }
    const { run: ended } = await runLocally({ ...tinyRun, store, phases, onProgress })
    expect(steps).toEqual(new Set([4]))
    expect(ended.state).toBe('done')
    expect(phaseOf(ended)?.finishedAt).toBeDefined()
    for (const key of segmenterKeys) expect((await objectsOf(store, key)).get(key), key).toBe(made.get(key))
  })

  test('by a shutdown stays in that state, to be gone on with', async () => {
    const store = await storeBefore('segment')
    await interrupt(store, 'images', 9, new ShutdownError('shut down'))
    expect(await recordOf(store)).toMatchObject({ state: 'segmenting' })
  })
})

test('a run of a project that wishes for none has no such phase, asked for or not', async () => {
  const store = await storeBefore('segment')
  await change(store, { segmenter: undefined })
  const { run: record } = await runLocally({
    ...tinyRun,
    store,
    phases,
    onPhase: (phase) => expect(phase).not.toBe('segment'),
  })
  expect(record.state).toBe('done')
  expect(phaseOf(record)).toBeUndefined()
})
