import { expect, test } from 'vitest'
import { recordStops } from '../../../functions/cloud/recordedWorkflow.ts'
import { openRun } from '../../../functions/runs.ts'
import { getJson } from '../../../integrations/storage/index.ts'
import { Run, type RunState } from '../../../schemas/run.ts'
import { keys, now, projectId, reactorWorld } from '../reactor/reactorWorld.ts'

const seeds = { platform: 'label-studio', project: projectId, kind: 'seeds' } as const
const run = { ...seeds, kind: 'run', version: 'sixteen-v1' } as const

async function stopped(state: RunState, isUnderWay: boolean) {
  const world = reactorWorld()
  await openRun(world.store, keys, { inputs: 'b'.repeat(64), paintings: [] }, () => now)
  await world.setRun('sixteen-v1', state)
  if (isUnderWay) world.underWay.add('sixteen-v1')
  const was = await recordStops(world.store, world.place.workflow).stop(run)
  return [was, (await getJson(world.store, keys.run('sixteen-v1').run, Run))?.value.state]
}

test('a run that a person stops is not begun again by the reactor', async () => {
  expect(await stopped('generating', true)).toEqual([true, 'stopped'])
})

test('the record says so before the work ends, and after it, whatever was noted in between', async () => {
  const { store, place, setRun, underWay } = reactorWorld()
  await openRun(store, keys, { inputs: 'b'.repeat(64), paintings: [] }, () => now)
  underWay.add('sixteen-v1')
  const state = async () => (await getJson(store, keys.run('sixteen-v1').run, Run))?.value.state
  const seen: unknown[] = []
  const stop: typeof place.workflow.stop = async (work) => {
    seen.push(await state())
    await setRun('sixteen-v1', 'created')
    return place.workflow.stop(work)
  }
  expect(await recordStops(store, { ...place.workflow, stop }).stop(run)).toBe(true)
  expect([...seen, await state()]).toEqual(['stopped', 'stopped'])
})

test('a run that is not under way is left as it is', async () => {
  expect(await stopped('generating', false)).toEqual([false, 'generating'])
  expect(await stopped('done', true)).toEqual([true, 'done'])
})

test('seeds have no record to be changed', async () => {
  const world = reactorWorld()
  world.underWay.add('seeds')
  expect(await recordStops(world.store, world.place.workflow).stop(seeds)).toBe(true)
})
