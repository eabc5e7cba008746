import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchSize } from '../../../../functions/gpu/jobs/generate.ts'
import { describeGenerator } from '../../../../functions/gpu/jobs/generatorWeights.ts'
import { renderSeeds } from '../../../../functions/gpu/jobs/seedImages.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { runLocally } from '../../../../functions/local.ts'
import { decodeLabelMap, decodeRgb, encodeLabelMap } from '../../../../integrations/images/index.ts'
import { createJson, getJson, type Store } from '../../../../integrations/storage/index.ts'
import { generatorWeightsKey, projectKeys } from '../../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import { Annotation } from '../../../../schemas/annotation.ts'
import { Evaluation } from '../../../../schemas/evaluation.ts'
import { Project } from '../../../../schemas/project.ts'
import type { ReportData } from '../../../../schemas/report.ts'
import { RunManifest } from '../../../../schemas/runManifest.ts'
import { Sample, sampleId } from '../../../../schemas/sample.ts'
import { tinyEvaluation, tinyTuning } from '../../tinyProject.ts'
import { croppedFile } from '../interpreter/tinyGenerator.ts'

const crop = { x: 0, y: 4, width: 32, height: 24 }
const file = croppedFile(crop)
const keys = projectKeys('local', 'cars')
const run = keys.run('sixteen-v1')
const parts = ['background', 'wheel', 'window'].map((name, id) => ({
  id,
  name,
  color: ['#000000', '#ff0000', '#00ff00'][id],
}))
const seeds = [10, 11, 12]
const truncation = 0.7

interface Labels {
  readonly labelWidth: number
  readonly labelHeight: number
}

function project(settings: Labels & { readonly labeler: 'student' | 'ensemble' }): Project {
  return Project.parse({
    schemaVersion: 1,
    id: 'cars',
    platform: 'local',
    generator: describeGenerator('cars', readGenerator(file)),
    labelList: { parts, truncation },
    settings: { members: 2, truncation, samplesPerRun: 5, shardSize: 3, dropShare: 0.2, ...settings },
    createdAt: '2030-01-01T00:00:00.000Z',
  })
}

const idOf = (seed: number): string => sampleId({ generator: 'cars', seed, truncation })

/** A project whose seeds are painted in three stripes. */
async function paintedStore(wanted: Project): Promise<Store> {
  const store = openMemoryStore()
  await store.create(generatorWeightsKey('cars'), file)
  await createJson(store, keys.project, Project, wanted)
  const { labelWidth: width, labelHeight: height } = wanted.settings
  const data = Uint8Array.from({ length: width * height }, (_, pixel) => Math.floor(((pixel % width) * 3) / width))
  const png = encodeLabelMap(
    { width, height, data },
    parts.map((part) => ({ ...part, color: part.color ?? '' })),
  )
  for (const seed of seeds) {
    const id = idOf(seed)
    await createJson(store, keys.sample(id), Sample, { schemaVersion: 1, id, generator: 'cars', seed, truncation })
    await store.create(keys.annotationLabels(id), png)
    await createJson(store, keys.annotation(id), Annotation, {
      schemaVersion: 1,
      sample: id,
      source: `${id}.png`,
      updatedAt: '2030-01-01T00:00:00.000Z',
      sha256: createHash('sha256').update(png).digest('hex'),
    })
  }
  return store
}

async function bytesOf(store: Store, key: string): Promise<Uint8Array> {
  const object = await store.get(key)
  if (object === undefined) throw new Error(`there is no ${key}`)
  return object.bytes
}

describe.each([
  { labeler: 'student', labelWidth: 32, labelHeight: 24 },
  { labeler: 'ensemble', labelWidth: 32, labelHeight: 24 },
  { labeler: 'student', labelWidth: 16, labelHeight: 12 },
  { labeler: 'ensemble', labelWidth: 19, labelHeight: 31 },
] as const)('a run of a cropped generator, labelled by the $labeler at $labelWidth × $labelHeight', (settings) => {
  const wanted = project(settings)
  const size = { width: settings.labelWidth, height: settings.labelHeight }
  const state: { store?: Store; report?: ReportData | undefined } = {}
  const store = (): Store => {
    if (state.store === undefined) throw new Error('there is no store')
    return state.store
  }
  beforeAll(async () => {
    state.store = await paintedStore(wanted)
    const place = { store: state.store, platform: 'local', project: 'cars' } as const
    const options = { device: 'cpu', threads: 2, tuning: tinyTuning, evaluation: tinyEvaluation } as const
    state.report = (await runLocally({ ...place, ...options })).report
  })

  test('leaves images of the crop’s size, and label maps of the project’s', async () => {
    const manifest = (await getJson(store(), run.manifest, RunManifest))?.value
    expect(manifest?.lines.map(({ seed }) => seed)).toEqual([1000, 1001, 1002, 1003, 1004])
    for (const { id } of manifest?.lines ?? []) {
      expect(await decodeRgb(await bytesOf(store(), run.image(id)))).toMatchObject({ width: 32, height: 24 })
      const labels = decodeLabelMap(await bytesOf(store(), run.labelMap(id)))
      expect(labels).toMatchObject(size)
      expect(labels.data.every((part) => part < parts.length)).toBe(true)
    }
  })

  test('is measured and reported like any other', async () => {
    const evaluation = (await getJson(store(), run.evaluation, Evaluation))?.value
    expect(evaluation?.pixelAccuracy).toBeGreaterThan(0)
    expect(evaluation?.student?.samples).toBe(settings.labeler === 'student' ? 2 : undefined)
    expect(state.report?.totals).toMatchObject({ seeds: 3, generated: 5, kept: 4 })
    expect(state.report?.generator).toContainEqual({ name: 'Resolution', value: '32 × 24, cut from 32 × 32' })
  })
})

describe('what people see of a cropped generator', () => {
  const engine = openEngine({ device: 'cpu', threads: 1 })
  afterAll(() => engine.close())

  test('is the crop, and the same where an image is made without labels', async () => {
    const wanted = project({ labeler: 'ensemble', labelWidth: 32, labelHeight: 24 })
    const store = await paintedStore(wanted)
    const seed = 1000
    const id = idOf(seed)
    await renderSeeds({ store, keys, engine }, wanted, [{ schemaVersion: 1, id, generator: 'cars', seed, truncation }])
    const { data, ...shown } = await decodeRgb(await bytesOf(store, keys.sampleImage(id)))
    expect(shown).toEqual({ width: 32, height: 24 })
    const options = { device: 'cpu', threads: 1, tuning: tinyTuning, phases: ['train', 'generate'] } as const
    await runLocally({ ...options, store, platform: 'local', project: 'cars' })
    expect((await decodeRgb(await bytesOf(store, run.image(id)))).data).toEqual(data)
  })
})

describe('images of one session call', () => {
  const at = (resolution: number, side: number, crop?: Project['generator']['crop']): number => {
    const wanted = project({ labeler: 'ensemble', labelWidth: side, labelHeight: side })
    const { crop: _, ...generator } = wanted.generator
    return batchSize({ ...wanted, generator: { ...generator, resolution, ...(crop === undefined ? {} : { crop }) } })
  }

  test.each([
    [128, 128, 4],
    [512, 512, 4],
    [1024, 512, 1],
    [1024, 1024, 1],
    [256, 4096, 1],
  ])('of %i pixels labelled at %i are %i', (resolution, side, expected) => {
    expect(at(resolution, side)).toBe(expected)
  })

  test('are as many as the crop lets fit', () => {
    // 512 × 512 of 3 bytes and 512 × 512 of 5 are 2 MiB.
    expect(at(1024, 512, { x: 0, y: 0, width: 512, height: 512 })).toBe(4)
  })
})

test('a project that was stored before there were crops is read, and has square images', () => {
  const { crop: _, ...generator } = project({ labeler: 'ensemble', labelWidth: 32, labelHeight: 24 }).generator
  const stored = JSON.parse(
    JSON.stringify({ ...project({ labeler: 'ensemble', labelWidth: 32, labelHeight: 24 }), generator }),
  )
  expect('crop' in Project.parse(stored).generator).toBe(false)
})
