import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Annotator, openAnnotator } from '../../../../bench/experiments/avatars/annotator.ts'
import { avatarsData } from '../../../../bench/experiments/avatars/avatarsData.ts'
import type { ExperimentData } from '../../../../functions/gpu/jobs/experiments/data.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { decodeLabelMap } from '../../../../integrations/images/index.ts'
import { packageFile } from '../../../../integrations/packageFiles.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
let annotator: Annotator
let data: ExperimentData
let cache: string

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'sixteen-drawings-'))
  annotator = await openAnnotator(engine)
  data = await avatarsData(engine, annotator, { cache, threads: 2, testImages: 2 })
})
afterAll(async () => {
  await annotator.release()
  await engine.close()
  await rm(cache, { recursive: true })
})

describe('the avatars as data', () => {
  test('begin with the seeds that come with the generator, and their painter', async () => {
    const seeds = data.seeds.choose(2, 0)
    expect(seeds).toEqual([100, 101])
    const painted = await data.seeds.paint(seeds)
    for (const [index, seed] of seeds.entries()) {
      const shipped = decodeLabelMap(await readFile(packageFile(`models/avatars/seeds/${seed}.labels.png`)))
      const same = painted[index]?.data.filter((part, pixel) => part === shipped.data[pixel])
      // Images may differ by a level from those that were painted then.
      expect((same?.length ?? 0) / shipped.data.length).toBeGreaterThan(0.999)
    }
  })

  test('have other seeds for each random seed, few among many', () => {
    const { available, choose } = data.seeds
    const all = [0, 1, 2].flatMap((randomSeed) => choose(available, randomSeed))
    expect(new Set(all).size).toBe(3 * available)
    expect(choose(available, 1).slice(0, 5)).toEqual(choose(5, 1))
  })

  test('have true labels, which the annotator comes near to', async () => {
    const images = await data.test.read()
    expect([images.count, images.images.length, images.labels.length]).toEqual([2, 2 * 3 * 128 ** 2, 2 * 128 ** 2])
    const labels = await data.annotate?.(images)
    const same = images.labels.filter((part, pixel) => part === labels?.[pixel])
    expect(same.length / images.labels.length).toBeGreaterThan(0.9)
  })

  test('learn no image that is tested', async () => {
    const tested = (await data.test.read()).images.subarray(0, 3 * 128 ** 2)
    const learned = await data.real.take(2, 0)
    expect(learned.images.subarray(0, 3 * 128 ** 2)).not.toEqual(tested)
    expect(learned.count).toBe(2)
  })
})
