import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TaskAnswer } from '../../../functions/edge/labeler.ts'
import { type LocalLabeler, openLabeler } from '../../../functions/local/labeler.ts'
import { photo, serveSegmenter, version } from '../gpu/jobs/servedSegmenter.ts'
import { keys, projectId, type ReactorWorld, reactorWorld, sampleOf } from '../reactor/reactorWorld.ts'

let world: ReactorWorld
let labeler: LocalLabeler
beforeEach(async () => {
  world = reactorWorld()
  await serveSegmenter(world.store)
  labeler = openLabeler({ ...world.place, device: 'cpu', threads: 1 })
})
afterEach(() => labeler.close())

async function label(tasks: readonly string[], signal = new AbortController().signal): Promise<TaskAnswer[]> {
  const request = { platform: 'label-studio', project: projectId, version, tasks, signal } as const
  const answers: TaskAnswer[] = []
  for await (const answer of labeler.label(request)) answers.push(answer)
  return answers
}
const mapOf = (answer: TaskAnswer | undefined) =>
  answer !== undefined && 'labelMap' in answer ? answer.labelMap : undefined

test('images of tasks are labelled in their own size, with the names of the parts', async () => {
  const task = world.platform.addForeignTask(projectId, await photo(40, 30))
  expect(await label([task])).toEqual([
    {
      task,
      parts: ['background', 'Hair', 'Eye'],
      score: expect.any(Number),
      labelMap: { width: 40, height: 30, data: expect.any(Uint8Array) },
    },
  ])
})

test('tasks that show samples of ours, or are not there, are left out; what is no image is told', async () => {
  const ours = await world.show(sampleOf(100))
  const text = world.platform.addForeignTask(projectId, new TextEncoder().encode('hello'))
  expect(await label([ours, '999', text])).toEqual([{ task: text, reason: expect.any(String), mayPass: false }])
})

test('a segmenter that was trained again takes the place of the one that is loaded', async () => {
  const task = world.platform.addForeignTask(projectId, await photo(32, 32))
  const [before] = await label([task])
  expect(mapOf((await label([task]))[0])).toEqual(mapOf(before))
  await serveSegmenter(world.store, 5)
  expect(mapOf((await label([task]))[0])).not.toEqual(mapOf(before))
})

test('many segmenters one after another, and at once, are labelled with, each its own', async () => {
  const task = world.platform.addForeignTask(projectId, await photo(32, 32))
  const maps: unknown[] = []
  for (const seed of [1, 2, 3, 1]) {
    await serveSegmenter(world.store, seed)
    const [one, other] = await Promise.all([label([task]), label([task])])
    expect(mapOf(one?.[0])).toEqual(mapOf(other?.[0]))
    maps.push(mapOf(one?.[0]))
  }
  expect(maps[3]).toEqual(maps[0])
  expect(maps[1]).not.toEqual(maps[0])
})

test('without a segmenter nothing is labelled; a damaged one is refused, and a whole one used again', async () => {
  const task = world.platform.addForeignTask(projectId, await photo(32, 32))
  const run = keys.run(version)
  const graph = await world.store.get(run.segmenterGraph)
  if (graph === undefined) throw new Error('there is no graph')
  const { etag } = graph
  const damaged = await world.store.replace(run.segmenterGraph, graph.bytes.subarray(0, 100), etag)
  await expect(label([task])).rejects.toThrow('cannot be used')
  await world.store.replace(run.segmenterGraph, graph.bytes, damaged)
  expect(await label([task])).toHaveLength(1)
  await world.store.remove(run.segmenterRecord)
  expect(await label([task])).toEqual([])
})

test('no time left ends it with the signal’s reason', async () => {
  const task = world.platform.addForeignTask(projectId, await photo(32, 32))
  await expect(label([task], AbortSignal.abort(new Error('no time left')))).rejects.toThrow('no time left')
})
