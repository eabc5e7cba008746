import { expect, test } from 'vitest'
import { react } from '../../../functions/reactor/react.ts'
import { beginPredictions, wantPredictions } from '../../../functions/reactor/wantPredictions.ts'
import { createJson, listJson } from '../../../integrations/storage/index.ts'
import { PredictionRequest } from '../../../schemas/predictionRequest.ts'
import { Serving } from '../../../schemas/projectState.ts'
import { keys, now, reactorWorld, tinyProject } from './reactorWorld.ts'

/** A world whose project shows a version with a segmenter: what is asked is only whether there is one. */
async function servedWorld(): Promise<ReturnType<typeof reactorWorld>> {
  const world = reactorWorld()
  await world.setProject(tinyProject())
  const serving: Serving = { schemaVersion: 1, version: 'sixteen-v1', chosen: false }
  await createJson(world.store, keys.serving, Serving, serving)
  await world.store.create(keys.run('sixteen-v1').segmenterRecord, new Uint8Array(1))
  return world
}

const requests = (world: ReturnType<typeof reactorWorld>) =>
  listJson(world.store, keys.predictionRequests, () => true, PredictionRequest)

test('what is asked for is noted down, and begun', async () => {
  const world = await servedWorld()
  const bodies = [world.body('predict', { tasks: ['7', '8'] }), world.body('predict', { tasks: ['8'] })]
  await react(world.place, { bodies, attempt: 1 })
  const request = { schemaVersion: 1, at: now.toISOString(), failures: 0 }
  expect(await requests(world)).toEqual([
    { ...request, task: '7' },
    { ...request, task: '8' },
  ])
  expect(world.started.filter((work) => work === 'predictions')).toHaveLength(1)
})

test('what waits is begun by any look: work that was lost, or ended early, is done all the same', async () => {
  const world = await servedWorld()
  await wantPredictions(world.place, ['7'])
  await react(world.place, { bodies: [world.body('reconcile')], attempt: 1 })
  expect(world.started).toContain('predictions')
})

test('nothing begins where nothing waits, and none twice at once', async () => {
  const world = await servedWorld()
  await beginPredictions(world.place)
  expect(world.started).toEqual([])
  await wantPredictions(world.place, ['7', '8'])
  await beginPredictions(world.place)
  await beginPredictions(world.place)
  expect(world.started).toEqual(['predictions'])
})

test('nothing begins where the version shown has no segmenter, or no time has come yet', async () => {
  const world = await servedWorld()
  const later = { schemaVersion: 1, task: '7', at: now.toISOString(), failures: 1 } as const
  const notBefore = (milliseconds: number) => new Date(now.getTime() + milliseconds).toISOString()
  await createJson(world.store, keys.predictionRequest('7'), PredictionRequest, { ...later, notBefore: notBefore(1) })
  await beginPredictions(world.place)
  expect(world.started).toEqual([])
  await createJson(world.store, keys.predictionRequest('8'), PredictionRequest, {
    ...later,
    task: '8',
    notBefore: notBefore(0),
  })
  await world.store.remove(keys.run('sixteen-v1').segmenterRecord)
  await beginPredictions(world.place)
  expect(world.started).toEqual([])
  await world.store.create(keys.run('sixteen-v1').segmenterRecord, new Uint8Array(1))
  await beginPredictions(world.place)
  expect(world.started).toEqual(['predictions'])
})

test('a task that waits keeps the count of its failures', async () => {
  const world = reactorWorld()
  const failed = { schemaVersion: 1, task: '7', at: now.toISOString(), failures: 3 } as const
  await world.store.create(keys.predictionRequest('7'), new TextEncoder().encode(JSON.stringify(failed)))
  await wantPredictions(world.place, ['7'])
  expect(await requests(world)).toEqual([failed])
})
