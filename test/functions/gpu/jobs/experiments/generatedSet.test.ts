import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TrialContext } from '../../../../../functions/gpu/jobs/experiments/context.ts'
import { fitOurs } from '../../../../../functions/gpu/jobs/experiments/generatedArms.ts'
import { type GeneratedRequest, generatedSet } from '../../../../../functions/gpu/jobs/experiments/generatedSet.ts'
import { trialsOf } from '../../../../../functions/gpu/jobs/experiments/plan.ts'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { listJson, type Store } from '../../../../../integrations/storage/index.ts'
import { openMemoryStore } from '../../../../../integrations/storage/memory.ts'
import { RunManifest } from '../../../../../schemas/runManifest.ts'
import { Sample } from '../../../../../schemas/sample.ts'
import { tinyContext, tinyData, tinyOurs, tinySettings } from './tinyExperiment.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const request: GeneratedRequest = { painted: [100, 101], truncation: 0.7, members: 2, labeler: 'ensemble' }

function contextOf(store: Store, randomSeed = 0): TrialContext {
  const [trial] = trialsOf(tinyData(), tinySettings, [tinyOurs], [randomSeed])
  if (trial === undefined) throw new Error('there is no trial')
  return { ...tinyContext(store, engine), trial }
}

describe('a generated dataset', () => {
  const store = openMemoryStore()
  let first: Awaited<ReturnType<typeof generatedSet>>
  beforeAll(async () => {
    first = await generatedSet(contextOf(store), request, 4)
  })

  test('is shared by those who want the same, and grows with what they want of it', async () => {
    const more = await generatedSet(contextOf(store), request, 6)
    const fewer = await generatedSet(contextOf(store), request, 3)
    const root = first.context.run.root
    expect([more, fewer].map(({ context }) => context.run.root)).toEqual([root, root])
    expect([first, more, fewer].map(({ manifest }) => manifest.lines.length)).toEqual([4, 6, 6])
    const keep = ({ id, score }: (typeof first.manifest.lines)[number]) => ({ id, score })
    expect(more.manifest.lines.slice(0, 4).map(keep)).toEqual(first.manifest.lines.map(keep))
  })

  test('is another for another ψ and another random seed', async () => {
    const others = [
      await generatedSet(contextOf(store), { ...request, truncation: 0.5 }, 4),
      await generatedSet(contextOf(store, 1), request, 4),
    ]
    for (const { context } of others) expect(context.run.root).not.toBe(first.context.run.root)
    const seeds = new Set([first, ...others].flatMap(({ manifest }) => manifest.lines.map(({ seed }) => seed)))
    // The same latents at another ψ, other ones for another random seed.
    expect(seeds.size).toBe(4 + 4)
  })
})

test('seeds that are chosen by disagreement are the most disputed ones of a smaller interpreter', async () => {
  const store = openMemoryStore()
  await fitOurs(contextOf(store), { ...tinyOurs, seeds: 3, chosen: 'disagreement' })
  const manifests = await listJson(store, 'projects/', (key) => key.endsWith('/manifest.json'), RunManifest)
  const lines = manifests.find((manifest) => manifest.lines.length === 300)?.lines ?? []
  const [disputed] = lines.toSorted((a, b) => b.score - a.score || a.seed - b.seed)
  const painted = await listJson(store, 'projects/', (key) => /\/samples\/[^/]*\.json$/.test(key), Sample)
  expect(painted.map(({ seed }) => seed).toSorted((a, b) => a - b)).toEqual([100, 100, 101, 101, disputed?.seed])
})
