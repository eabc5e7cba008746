import { expect, test } from 'vitest'
import { react } from '../../../functions/reactor/react.ts'
import { beginPredictions, wantPredictions } from '../../../functions/reactor/wantPredictions.ts'
import { listJson } from '../../../integrations/storage/index.ts'
import { PredictionRequest } from '../../../schemas/predictionRequest.ts'
import { keys, now, reactorWorld, tinyProject } from './reactorWorld.ts'

const requests = (world: ReturnType<typeof reactorWorld>) =>
  listJson(world.store, keys.predictionRequests, () => true, PredictionRequest)

test('what is asked for is noted down, and begun', async () => {
  const world = reactorWorld()
  await world.setProject(tinyProject())
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
  const world = reactorWorld()
  await world.setProject(tinyProject())
  await wantPredictions(world.place, ['7'])
  await react(world.place, { bodies: [world.body('reconcile')], attempt: 1 })
  expect(world.started).toContain('predictions')
})

test('nothing begins where nothing waits, and none twice at once', async () => {
  const world = reactorWorld()
  await beginPredictions(world.place)
  expect(world.started).toEqual([])
  await wantPredictions(world.place, ['7', '8'])
  await beginPredictions(world.place)
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
