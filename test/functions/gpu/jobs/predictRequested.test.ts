import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { labelTasks } from '../../../../functions/gpu/jobs/labelTasks.ts'
import { openPredictor } from '../../../../functions/gpu/jobs/predict.ts'
import { predictRequested } from '../../../../functions/gpu/jobs/predictRequested.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import type { PublishingPlace } from '../../../../functions/publishing/place.ts'
import { wantPredictions } from '../../../../functions/reactor/wantPredictions.ts'
import { PlatformError, PlatformUnavailableError } from '../../../../integrations/platform/index.ts'
import { RemoteImageError } from '../../../../integrations/remoteImages/index.ts'
import { getJson } from '../../../../integrations/storage/index.ts'
import { PredictionRequest } from '../../../../schemas/predictionRequest.ts'
import { keys, projectId, type ReactorWorld, reactorWorld, sampleOf, tinyProject } from '../../reactor/reactorWorld.ts'
import { photo, serveSegmenter, version } from './servedSegmenter.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

let world: ReactorWorld
let place: PublishingPlace
const givenUp: string[] = []
beforeEach(async () => {
  world = reactorWorld()
  givenUp.length = 0
  const { platform, store, place: of } = world
  place = { ...of, platform, store, now: () => of.now().getTime(), onGivenUp: (message) => void givenUp.push(message) }
  await world.setProject(tinyProject())
  await serveSegmenter(store)
})

const waiting = async (): Promise<string[]> => {
  const found: string[] = []
  for await (const key of world.store.list(keys.predictionRequests)) found.push(key)
  return found
}
const failuresOf = async (task: string) =>
  (await getJson(world.store, keys.predictionRequest(task), PredictionRequest))?.value.failures
const predicted = () => world.platform.predictions(projectId)
const failing = (error: Error) => {
  world.platform.readImage = async () => {
    throw error
  }
}

describe('tasks that wait for a prediction', () => {
  test('get one of the version shown, of the size of their image, and wait no longer', async () => {
    const sizes = [
      { width: 40, height: 30 },
      { width: 17, height: 51 },
    ]
    const tasks: string[] = []
    for (const { width, height } of sizes)
      tasks.push(world.platform.addForeignTask(projectId, await photo(width, height)))
    await wantPredictions(world.place, tasks)
    await predictRequested(place, engine)
    expect(
      predicted().map(({ task, prediction: { version: of, labelMap } }) => ({
        task,
        of,
        width: labelMap.width,
        height: labelMap.height,
      })),
    ).toEqual(sizes.map((size, index) => ({ task: tasks[index], of: version, ...size })))
    expect(await waiting()).toEqual([])
  })

  test('are labelled as the segmenter labels their image, and as certain as it is', async () => {
    const file = await photo(32, 32)
    const task = world.platform.addForeignTask(projectId, file)
    await wantPredictions(world.place, [task])
    await predictRequested(place, engine)
    const predictor = await openPredictor({ store: world.store, run: keys.run(version), version, engine })
    const { labelMap, meanConfidence } = await predictor.predict(file)
    await predictor.release()
    expect(predicted()[0]?.prediction).toEqual({ version, labelMap, score: meanConfidence })
  })

  test('that have one get no other, whatever happened before', async () => {
    const task = world.platform.addForeignTask(projectId, await photo(20, 20))
    await wantPredictions(world.place, [task])
    await predictRequested(place, engine)
    await wantPredictions(world.place, [task])
    await predictRequested(place, engine)
    expect(predicted()).toHaveLength(1)
    expect(await waiting()).toEqual([])
  })

  test('that are gone, or show a sample of ours, are left alone', async () => {
    const ours = await world.show(sampleOf(100))
    await wantPredictions(world.place, ['999', ours])
    await predictRequested(place, engine)
    expect(predicted()).toEqual([])
    expect(await waiting()).toEqual([])
  })

  test('whose image is none are told of, and keep no other from its prediction', async () => {
    const bad = world.platform.addForeignTask(projectId, new TextEncoder().encode('no image'))
    const good = world.platform.addForeignTask(projectId, await photo(20, 20))
    await wantPredictions(world.place, [bad, good])
    await predictRequested(place, engine)
    expect(predicted().map(({ task }) => task)).toEqual([good])
    expect(await waiting()).toEqual([])
    expect(givenUp).toEqual([expect.stringMatching(new RegExp(`^task ${bad} gets no prediction: `))])
  })

  test('whose image is out of reach wait on, each time twice as long, for an hour', async () => {
    const task = world.platform.addForeignTask(projectId, await photo(20, 20))
    failing(new RemoteImageError('Nobody answers at images.example.', { mayPass: true }))
    await wantPredictions(world.place, [task])
    const minutes = [0, 1, 2, 4, 8, 16, 32]
    const begun = place.now()
    const at = (passed: number): PublishingPlace => ({ ...place, now: () => begun + 60_000 * passed })
    let passed = 0
    for (const [attempt, minute] of minutes.entries()) {
      if (minute > 0) {
        // Too early, nothing is tried.
        await predictRequested(at(passed + minute - 0.1), engine)
        expect(await failuresOf(task)).toBe(attempt)
      }
      passed += minute
      const trying = predictRequested(at(passed), engine)
      if (attempt < minutes.length - 1)
        await expect(trying).rejects.toThrow(
          '1 images could not be labelled, and are tried again later; of one: Nobody answers at images.example.',
        )
      else await trying
    }
    expect(await waiting()).toEqual([])
    expect(givenUp).toEqual([`task ${task} gets no prediction: Nobody answers at images.example.`])
  })

  test('wait on where the version shown has no segmenter', async () => {
    await world.store.remove(keys.run(version).segmenterRecord)
    await wantPredictions(world.place, [world.platform.addForeignTask(projectId, await photo(20, 20))])
    await predictRequested(place, engine)
    expect(predicted()).toEqual([])
    expect(await waiting()).toHaveLength(1)
  })

  test('that get one while the others are labelled get no second', async () => {
    const tasks: string[] = []
    for (const side of [20, 21]) tasks.push(world.platform.addForeignTask(projectId, await photo(side, side)))
    await wantPredictions(world.place, tasks)
    const { addPredictions } = world.platform
    let isFirst = true
    world.platform.addPredictions = async (project, form, given) => {
      await addPredictions(project, form, given)
      if (!isFirst) return
      isFirst = false
      // A person opens the other one, and is answered at once.
      const prediction = { version, score: 1, labelMap: { width: 21, height: 21, data: new Uint8Array(441) } } as const
      await addPredictions(project, { ...form, width: 21, height: 21 }, [{ task: tasks[1] ?? '', prediction }])
    }
    await predictRequested(place, engine)
    expect(predicted().map(({ task }) => task)).toEqual(tasks)
    expect(await waiting()).toEqual([])
  })

  test('get one, and not two, where an answer of the platform is lost', async () => {
    const task = world.platform.addForeignTask(projectId, await photo(20, 20))
    await wantPredictions(world.place, [task])
    const { addPredictions } = world.platform
    let lost = 0
    world.platform.addPredictions = async (...given) => {
      await addPredictions(...given)
      if (lost++ === 0) throw new PlatformUnavailableError('The answer did not come.')
    }
    await predictRequested(place, engine)
    expect(predicted()).toHaveLength(1)
  })

  test('wait on where the platform refuses their prediction, which keeps no other from its own', async () => {
    const tasks: string[] = []
    for (const side of [20, 21]) tasks.push(world.platform.addForeignTask(projectId, await photo(side, side)))
    await wantPredictions(world.place, tasks)
    const { addPredictions } = world.platform
    world.platform.addPredictions = async (project, form, given) => {
      if (given[0]?.task === tasks[0]) throw new PlatformError('This prediction is too large.')
      await addPredictions(project, form, given)
    }
    await expect(predictRequested(place, engine)).rejects.toThrow('of one: This prediction is too large.')
    expect(predicted().map(({ task }) => task)).toEqual([tasks[1]])
    expect(await waiting()).toEqual([keys.predictionRequest(tasks[0] ?? '')])
  })
})

describe('labelling', () => {
  test('survives images that fail while nobody waits for them', async () => {
    const tasks = Array.from({ length: 6 }, (_, index) => ({ id: String(index), image: 'memory:' }))
    const over = new AbortController()
    const failing: (() => void)[] = []
    const readImage = async (_: string, { id }: { readonly id: string }) => {
      if (id === '0') return new Uint8Array()
      return await new Promise<Uint8Array>((_resolve, reject) => failing.push(() => reject(over.signal.reason)))
    }
    const predict = async () => ({
      labelMap: { width: 1, height: 1, data: new Uint8Array(1) },
      confidence: new Uint8Array(1),
      meanConfidence: 1,
    })
    const items = labelTasks({ predict }, { readImage }, projectId, tasks, over.signal)
    expect(await items.next()).toMatchObject({ value: { task: '0' } })
    over.abort(new Error('no time left'))
    for (const fail of failing) fail()
    // Whoever asked is busy for a while: a rejection that nobody awaits would end the process.
    await new Promise((resolve) => setImmediate(resolve))
    await expect(items.next()).rejects.toThrow('no time left')
  })

  test('ends with the signal’s reason, and reads no further', async () => {
    const tasks = Array.from({ length: 20 }, (_, index) => ({ id: String(index), image: 'memory:' }))
    const over = new AbortController()
    let reads = 0
    const readImage = async () => {
      reads += 1
      return new Uint8Array()
    }
    const predict = async () => {
      over.abort(new Error('no time left'))
      return {
        labelMap: { width: 1, height: 1, data: new Uint8Array(1) },
        confidence: new Uint8Array(1),
        meanConfidence: 1,
      }
    }
    const done: string[] = []
    const labelling = async () => {
      for await (const { task } of labelTasks({ predict }, { readImage }, projectId, tasks, over.signal))
        done.push(task)
    }
    await expect(labelling()).rejects.toThrow('no time left')
    expect(done).toEqual(['0'])
    expect(reads).toBeLessThan(7)
  })
})
