import { expect, test } from 'vitest'
import { react } from '../../../functions/reactor/react.ts'
import { getJson } from '../../../integrations/storage/index.ts'
import { ProjectState } from '../../../schemas/projectState.ts'
import { keys, worldWithSeeds } from './reactorWorld.ts'

type World = Awaited<ReturnType<typeof worldWithSeeds>>

const told = async ({ store }: World): Promise<readonly string[]> =>
  (await getJson(store, keys.state, ProjectState))?.value.notices.map(({ code }) => code) ?? []
const reactTo = (world: World, ...bodies: string[]) => react(world.place, { bodies, attempt: 1 })

test('that the platform is out of reach is shown until it is not', async () => {
  const world = await worldWithSeeds()
  await reactTo(world, world.body('annotations'))
  world.platform.setUnavailable(true)
  await reactTo(world, world.body('annotations'))
  await reactTo(world, world.body('annotations'))
  expect(await told(world)).toEqual(['platform-unavailable'])
  world.platform.setUnavailable(false)
  await reactTo(world, world.body('annotations'))
  expect(await told(world)).toEqual([])
})

test('why an order was refused is shown until the next order', async () => {
  const world = await worldWithSeeds({ autoTrain: false })
  await reactTo(world, world.body('serve', { version: 'sixteen-v7' }))
  expect(await told(world)).toEqual(['order-refused'])
  await reactTo(world, world.body('reconcile'))
  expect(await told(world)).toEqual(['order-refused'])
  await reactTo(world, world.body('train'))
  expect(await told(world)).toEqual([])
})
