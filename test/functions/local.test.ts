import { beforeAll, describe, expect, test } from 'vitest'
import { changeSettings } from '../../cli/projectFolder.ts'
import { type JobProgress, localPhases, openMemoryStore, runLocally } from '../../functions/local.ts'
import { getJson, type Store } from '../../integrations/storage/index.ts'
import { Evaluation } from '../../schemas/evaluation.ts'
import { type PhaseName, Run } from '../../schemas/run.ts'
import { RunManifest } from '../../schemas/runManifest.ts'
import { datasetOf, makeTinyProject, objectsOf, tinyKeys, tinyRun } from './tinyProject.ts'

const run = tinyKeys.run('sixteen-v1')
const making: readonly PhaseName[] = ['train', 'distil', 'generate', 'curate']

/** A clock that goes on one second each time it is read. */
function tickingClock(): () => Date {
  let seconds = 0
  return () => new Date(Date.UTC(2030, 0, 1) + 1000 * seconds++)
}

async function tinyStore(...given: Parameters<typeof makeTinyProject> extends [Store, ...infer Rest] ? Rest : never) {
  const store = openMemoryStore()
  await makeTinyProject(store, ...given)
  return store
}

async function manifestOf(store: Store): Promise<RunManifest> {
  const manifest = await getJson(store, run.manifest, RunManifest)
  if (manifest === undefined) throw new Error('the run left no manifest')
  return manifest.value
}

/** The dataset of a tiny run that nothing came between. */
let undisturbed: ReadonlyMap<string, string> = new Map()
beforeAll(async () => {
  const store = await tinyStore()
  await runLocally({ ...tinyRun, store, phases: making })
  undisturbed = await datasetOf(store)
})

const seedsIn = ({ lines }: RunManifest): readonly number[] => lines.map(({ seed }) => seed)

describe('a run on one machine', () => {
  test('leaves a dataset, an evaluation, a report, and a record that says so', async () => {
    const store = await tinyStore()
    const result = await runLocally({ ...tinyRun, store, now: tickingClock() })
    const manifest = await manifestOf(store)
    expect(seedsIn(manifest)).toEqual(Array.from({ length: 10 }, (_, index) => 1000 + index))
    expect(manifest.lines.filter(({ kept }) => !kept)).toHaveLength(1)
    expect((await getJson(store, run.evaluation, Evaluation))?.value.student?.samples).toBe(2)
    expect(result.report?.totals).toMatchObject({ seeds: 3, generated: 10, kept: 9, dropped: 1 })
    expect(result.run.state).toBe('done')
    expect(result.run.phases.map(({ name }) => name)).toEqual(localPhases)
    expect(result.run.phases.every(({ finishedAt }) => finishedAt !== undefined)).toBe(true)
    expect(result.run.machine).toMatchObject({ device: 'cpu', threads: 2, versions: { onnxruntime: '1.30.0' } })
    const checkpoints = [...(await objectsOf(store)).keys()].filter((key) => key.includes('checkpoints'))
    expect(checkpoints).toEqual([])
  })

  test('makes nothing twice: a second call leaves dataset and record as they are', async () => {
    const store = await tinyStore()
    const first = await runLocally({ ...tinyRun, store, phases: making })
    const before = await datasetOf(store)
    const progress: JobProgress[] = []
    const second = await runLocally({
      ...tinyRun,
      store,
      phases: ['train', 'distil', 'generate'],
      onProgress: (event) => progress.push(event),
    })
    expect(await datasetOf(store)).toEqual(before)
    expect(second.run).toEqual(first.run)
    expect(progress.filter(({ phase }) => phase !== 'generate')).toEqual([])
  })

  test('two at once in one store end with the same bytes as one alone', async () => {
    const shared = await tinyStore()
    const both = [1, 2].map(() => runLocally({ ...tinyRun, store: shared, phases: making }))
    expect((await Promise.all(both)).map(({ version }) => version)).toEqual(['sixteen-v1', 'sixteen-v1'])
    const dataset = await datasetOf(shared)
    for (const [key, bytes] of undisturbed) expect(dataset.get(key), key).toBe(bytes)
  })

  test('labels with the ensemble where that is asked for', async () => {
    const store = await tinyStore({ labeler: 'ensemble' })
    await runLocally({ ...tinyRun, store, phases: making })
    expect(await store.head(run.student)).toBeUndefined()
    expect((await manifestOf(store)).lines).toHaveLength(10)
  })
})

describe('asked for another number of images', () => {
  test('a run grows to what it would have been at once, and shrinks without making anything', async () => {
    const grown = await tinyStore({ samplesPerRun: 6 })
    await runLocally({ ...tinyRun, store: grown, phases: making })
    await changeSettings({ folder: '', store: grown, keys: tinyKeys }, { samplesPerRun: 10 })
    await runLocally({ ...tinyRun, store: grown, phases: making })
    expect(await datasetOf(grown)).toEqual(undisturbed)
    await changeSettings({ folder: '', store: grown, keys: tinyKeys }, { samplesPerRun: 5, dropShare: 0.4 })
    await runLocally({ ...tinyRun, store: grown, phases: making })
    const manifest = await manifestOf(grown)
    expect(seedsIn(manifest)).toEqual([1000, 1001, 1002, 1003, 1004])
    expect(manifest.lines.filter(({ kept }) => !kept)).toHaveLength(2)
  })
})

describe('a run that is interrupted', () => {
  test.each(['train', 'distil', 'generate'] as const)(
    'in %s says so, goes on, and ends with the same bytes; the time of both attempts counts',
    async (phase) => {
      const store = await tinyStore()
      const controller = new AbortController()
      const reason = new Error('enough')
      const now = tickingClock()
      const onProgress = (progress: JobProgress): void => {
        if (progress.phase === phase) controller.abort(reason)
      }
      const options = { ...tinyRun, store, now, phases: making }
      await expect(runLocally({ ...options, onProgress, signal: controller.signal })).rejects.toBe(reason)
      const stopped = (await getJson(store, run.run, Run))?.value
      expect(stopped?.state).toBe('stopped')
      const first = stopped?.phases.find(({ name }) => name === phase)
      expect(first?.finishedAt).toBeUndefined()
      expect(first?.seconds).toBeGreaterThan(0)
      const { run: done } = await runLocally(options)
      expect(done.state).toBe('done')
      expect(done.phases.find(({ name }) => name === phase)?.seconds).toBeGreaterThan(first?.seconds ?? 0)
      expect(await datasetOf(store)).toEqual(undisturbed)
    },
  )

  test('in training goes on from its checkpoint', async () => {
    const store = await tinyStore()
    const controller = new AbortController()
    const steps: number[] = []
    const onProgress = ({ task, done }: JobProgress): void => {
      if (task !== 'training the interpreter') return
      steps.push(done)
      if (done === 10) controller.abort(new Error('enough'))
    }
    const phases = ['train'] as const
    await expect(runLocally({ ...tinyRun, store, phases, onProgress, signal: controller.signal })).rejects.toThrow(
      'enough',
    )
    await runLocally({ ...tinyRun, store, phases, onProgress })
    expect(steps).toEqual([5, 10, 15, 20])
  })

  test('before its first phase leaves no run behind', async () => {
    const store = await tinyStore()
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(runLocally({ ...tinyRun, store, signal })).rejects.toThrow('enough')
    expect(await objectsOf(store, tinyKeys.runs)).toEqual(new Map())
  })
})

describe('a checkpoint', () => {
  const broken = {
    'that is damaged': new TextEncoder().encode('no safetensors'),
    'that is empty': new Uint8Array(0),
  }
  test.each(Object.entries(broken))('%s is passed over: training begins again', async (_, bytes) => {
    const store = await tinyStore()
    await store.create(run.checkpoint('train'), bytes)
    const steps: number[] = []
    const onProgress = ({ task, done }: JobProgress): void => {
      if (task === 'training the interpreter') steps.push(done)
    }
    await runLocally({ ...tinyRun, store, phases: ['train'], onProgress })
    expect(steps[0]).toBe(5)
  })

  test('of another number of threads is passed over', async () => {
    const store = await tinyStore()
    const controller = new AbortController()
    const steps: number[] = []
    const onProgress = ({ task, done }: JobProgress): void => {
      if (task !== 'training the interpreter') return
      steps.push(done)
      controller.abort(new Error('enough'))
    }
    const { signal } = controller
    await expect(runLocally({ ...tinyRun, store, phases: ['train'], onProgress, signal })).rejects.toThrow('enough')
    await runLocally({ ...tinyRun, threads: 1, store, phases: ['train'], onProgress })
    expect(steps).toEqual([5, 5, 10, 15, 20])
  })
})

describe('what the store holds is damaged', () => {
  test.each([
    ['interpreter', 'evaluate', 'interpreter.safetensors is damaged: remove it and train again'],
    ['factory', 'report', 'factory.onnx cannot be used: if the file is damaged, remove it'],
  ] as const)('%s: the failure says which file and what to do, and doing it helps', async (name, phase, message) => {
    const store = await tinyStore()
    await runLocally({ ...tinyRun, store, phases: making })
    const whole = await store.get(run[name])
    await store.remove(run[name])
    await store.create(run[name], whole?.bytes.subarray(0, 1000) ?? new Uint8Array())
    await expect(runLocally({ ...tinyRun, store, phases: [phase] })).rejects.toThrow(message)
    const failed = (await getJson(store, run.run, Run))?.value
    expect(failed).toMatchObject({ state: 'failed', error: { phase } })
    await store.remove(run[name])
    const { run: mended } = await runLocally({ ...tinyRun, store, phases: ['train', 'distil', phase] })
    expect(mended.state).toBe('done')
    expect(mended.error).toBeUndefined()
    expect((await store.get(run[name]))?.bytes).toEqual(whole?.bytes)
  })
})

describe('few seeds', () => {
  test('one is enough to train; what cannot be measured is said, and the report is made', async () => {
    const store = await tinyStore({}, [103])
    const { report } = await runLocally({ ...tinyRun, store })
    const evaluation = (await getJson(store, run.evaluation, Evaluation))?.value
    expect(evaluation).toMatchObject({ pixelAccuracy: null, levels: [] })
    expect(evaluation?.method).toBe('not measured: leave-one-image-out needs at least two seeds')
    expect(report?.evaluation).toBeNull()
  })

  test('none is an error that says what to do', async () => {
    const store = await tinyStore()
    for await (const key of store.list(tinyKeys.annotations)) await store.remove(key)
    await expect(runLocally({ ...tinyRun, store })).rejects.toThrow(
      'no seed sample is annotated yet: paint at least one',
    )
  })
})

describe('images all dropped, or none', () => {
  test.each([
    [1, 0],
    [0, 10],
  ])('with a drop share of %d, %d are kept, and the report is made', async (dropShare, kept) => {
    const store = await tinyStore({ dropShare })
    const { report } = await runLocally({ ...tinyRun, store, phases: [...making, 'report'] })
    expect(report?.totals).toMatchObject({ generated: 10, kept, dropped: 10 - kept })
  })
})

describe('a disk that fills up', () => {
  const full = new Error('could not write: the disk is full')

  /** A store that takes only so many new objects. */
  function fillingUp(store: Store, room: number): Store {
    const state = { room }
    const write =
      <Args extends unknown[]>(action: (...args: Args) => Promise<string>) =>
      (...args: Args): Promise<string> =>
        state.room-- > 0 ? action(...args) : Promise.reject(full)
    return { ...store, create: write(store.create), replace: write(store.replace) }
  }

  test('at any write fails with that reason; with more room the run ends with the same bytes', async () => {
    const store = await tinyStore()
    const failures: unknown[] = []
    for (let room = 1; ; room += 9) {
      const end = await runLocally({ ...tinyRun, store: fillingUp(store, room), phases: making }).catch(
        (error: unknown) => error,
      )
      if (!(end instanceof Error)) break
      failures.push(end)
    }
    expect(failures.length).toBeGreaterThan(2)
    expect(new Set(failures)).toEqual(new Set([full]))
    expect(await datasetOf(store)).toEqual(undisturbed)
  })
})
