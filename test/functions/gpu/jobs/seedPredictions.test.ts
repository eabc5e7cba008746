import { afterAll, describe, expect, test } from 'vitest'
import { predictSeeds } from '../../../../functions/gpu/jobs/seedPredictions.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { decodeLabelMap } from '../../../../integrations/images/index.ts'
import { getJson } from '../../../../integrations/storage/index.ts'
import { SeedPredictions } from '../../../../schemas/seedPredictions.ts'
import { finishedRun, halved, idOf, run, side } from './tinyJobs.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

describe('what a run says of the seeds', () => {
  test('are label maps and scores of all that is painted or chosen, each once', async () => {
    const world = await finishedRun(engine)
    const { lines } = await predictSeeds(world.context, world.project)
    expect(lines.map(({ seed }) => seed)).toEqual([10, 11])
    for (const { id, score } of lines) {
      const stored = await world.store.get(run.labelMap(id))
      const labelMap = stored && decodeLabelMap(stored.bytes)
      expect([labelMap?.width, labelMap?.height]).toEqual([side, side])
      expect(score).toBeGreaterThanOrEqual(0)
    }
    expect(world.progress).toEqual(['labelling the seeds 1/2', 'labelling the seeds 2/2'])
  })

  test('is kept: done again, nothing is computed', async () => {
    const world = await finishedRun(engine)
    const first = await predictSeeds(world.context, world.project)
    await world.store.remove(run.factory)
    expect(await predictSeeds(world.context, world.project)).toEqual(first)
    expect((await getJson(world.store, run.seedPredictions, SeedPredictions))?.value).toEqual(first)
  })

  test('leaves the label map of a seed that is in the dataset as it is', async () => {
    const world = await finishedRun(engine)
    await world.addPaintings(10, 1000)
    const { lines } = await predictSeeds(world.context, world.project)
    expect(lines.map(({ seed }) => seed)).toEqual([10, 1000])
    const stored = await world.store.get(run.labelMap(idOf(1000)))
    expect(stored && decodeLabelMap(stored.bytes)).toEqual(halved(1))
  })

  test('leaves out seeds of another truncation, which the run cannot make', async () => {
    const world = await finishedRun(engine)
    const { project } = world
    const other = { ...project, settings: { ...project.settings, truncation: 0.5 } }
    expect((await predictSeeds(world.context, other)).lines).toEqual([])
  })

  test('stops between two seeds, and nothing is kept as if it were all', async () => {
    const world = await finishedRun(engine)
    const controller = new AbortController()
    const context = {
      ...world.context,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('shut down')),
    }
    await expect(predictSeeds(context, world.project)).rejects.toThrow('shut down')
    expect(await world.store.head(run.seedPredictions)).toBeUndefined()
    expect((await predictSeeds(world.context, world.project)).lines).toHaveLength(2)
  })
})
