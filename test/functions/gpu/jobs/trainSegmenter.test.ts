import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPredictor } from '../../../../functions/gpu/jobs/predict.ts'
import { trainSegmenter } from '../../../../functions/gpu/jobs/trainSegmenter.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { decodeSegmenter } from '../../../../functions/gpu/segmenter/segmenterFile.ts'
import { encodeLabelMap, encodeRgb, ImageFileError } from '../../../../integrations/images/index.ts'
import { createJson, getJson, MissingError, type Store } from '../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import { LabelMapError } from '../../../../schemas/labelMap.ts'
import { ProjectSettings } from '../../../../schemas/project.ts'
import { RunManifest } from '../../../../schemas/runManifest.ts'
import { SegmenterRecord } from '../../../../schemas/segmenter.ts'
import { objectsOf } from '../../tinyProject.ts'
import { shapesData, side } from '../segmenter/shapesData.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const keys = projectKeys('local', 'demo')
const version = 'sixteen-v1'
const run = keys.run(version)
const parts = ['background', 'disc', 'square'].map((name, id) => ({ id, name, color: `#0${id}0000` }))
const settings = ProjectSettings.parse({ labeler: 'ensemble', truncation: 1, labelWidth: side, labelHeight: side })
const wish = { steps: 4, interval: 2, batch: 4, outputStride: 16, augment: false } as const
const samples = 12

async function datasetIn(store: Store): Promise<void> {
  const { images, labels } = shapesData(samples, 1)
  const lines = await Promise.all(
    Array.from({ length: samples }, async (_, index) => {
      const id = `shapes-s${index}-t1`
      const image = images.slice(3 * side * side * index, 3 * side * side * (index + 1))
      const labelMap = labels.slice(side * side * index, side * side * (index + 1))
      await store.create(run.image(id), await encodeRgb({ width: side, height: side, data: image }))
      await store.create(run.labelMap(id), encodeLabelMap({ width: side, height: side, data: labelMap }, parts))
      const paths = { image: `images/${id}.png`, labels: `labels/${id}.png` }
      return { id, seed: index, truncation: 1, ...paths, score: 0, kept: index !== 3, parts: [0, 1] }
    }),
  )
  const manifest = { schemaVersion: 1, run: version, labelList: { parts, truncation: 1 }, settings, lines } as const
  await createJson(store, run.manifest, RunManifest, manifest)
}

let store: Store
const contextOf = (more: object = {}) => ({
  store,
  keys,
  run,
  version,
  engine,
  tuning: { checkpointInterval: 0 },
  ...more,
})
const clock = () => 0

/** What a training of the wish leaves in the store, and what it says. */
let trained: {
  readonly objects: ReadonlyMap<string, string>
  readonly record: SegmenterRecord
  readonly told: string[]
}

const listen =
  (told: string[]) =>
  ({ task, done, total }: { task: string; done: number; total: number }) =>
    void told.push(`${task} ${done}/${total}`)

beforeAll(async () => {
  store = openMemoryStore()
  await datasetIn(store)
  const told: string[] = []
  const { record, worked } = await trainSegmenter(contextOf({ onProgress: listen(told) }), { wish }, clock)
  expect(worked).toBe(true)
  trained = { objects: await objectsOf(store), record, told }
})

beforeEach(async () => {
  store = openMemoryStore()
  for (const [key, bytes] of trained.objects) await store.create(key, Buffer.from(bytes, 'base64'))
})

async function forget(...names: readonly string[]): Promise<void> {
  for (const key of names) await store.remove(key)
}

describe('train-segmenter', () => {
  test('leaves weights, graph and a record of how it went', async () => {
    const { record } = trained
    expect(await getJson(store, run.segmenterRecord, SegmenterRecord)).toMatchObject({ value: record })
    expect(record.images).toEqual({ training: 10, heldOut: 1 })
    expect(record.history.map(({ step }) => step)).toEqual([2, 4])
    expect(record.history.every(({ heldOutIou }) => heldOutIou !== undefined)).toBe(true)
    expect(record.heldOut.parts.map(({ name }) => name)).toEqual(['background', 'disc', 'square'])
    expect(record.pretrained).toBeNull()
    const weights = await store.get(run.segmenter)
    expect(decodeSegmenter(weights?.bytes ?? new Uint8Array()).network.classes).toBe(3)
    expect(await store.head(run.segmenterGraph)).toBeDefined()
    expect(await store.head(run.checkpoint('segmenter'))).toBeUndefined()
  })

  test('tells how far it is', () => {
    const { told } = trained
    expect(told[0]).toBe('reading images 1/11')
    expect(told).toContain('reading images 11/11')
    expect(told.at(-1)).toBe('training the segmenter 4/4')
  })

  test('has nothing to do where its result is there', async () => {
    expect(await trainSegmenter(contextOf(), { wish }, clock)).toEqual({ record: trained.record, worked: false })
    expect(await objectsOf(store)).toEqual(trained.objects)
  })

  test('makes the same bytes again where a file was lost', async () => {
    await forget(run.segmenterGraph)
    expect((await trainSegmenter(contextOf(), { wish }, clock)).worked).toBe(true)
    expect(await objectsOf(store)).toEqual(trained.objects)
  })

  test('goes on where it was interrupted, to the same bytes', async () => {
    await forget(run.segmenter, run.segmenterGraph, run.segmenterRecord)
    await interrupt()
    const told: string[] = []
    await trainSegmenter(contextOf({ onProgress: listen(told) }), { wish }, clock)
    expect(told.find((text) => text.startsWith('training'))).toBe('training the segmenter 4/4')
    expect(await objectsOf(store)).toEqual(trained.objects)
  })

  test('trained in another way begins anew, and replaces what is there', async () => {
    await forget(run.segmenterRecord)
    await interrupt()
    const told: string[] = []
    const other = { wish: { ...wish, seed: 5 } }
    const { record } = await trainSegmenter(contextOf({ onProgress: listen(told) }), other, clock)
    expect(told.find((text) => text.startsWith('training'))).toBe('training the segmenter 2/4')
    expect(record.options.seed).toBe(5)
    expect(await getJson(store, run.segmenterRecord, SegmenterRecord)).toMatchObject({ value: record })
  })

  test('begins with given weights, and says where they are from', async () => {
    const bytes = (await store.get(run.segmenter))?.bytes ?? new Uint8Array()
    const pretrained = { source: 'weights.safetensors', bytes }
    const { record } = await trainSegmenter(contextOf(), { wish, pretrained }, clock)
    const { tensors } = decodeSegmenter(bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const facts = { source: 'weights.safetensors', sha256, kind: 'whole', untrained: [], leftOver: [] }
    expect(record.pretrained).toEqual({ ...facts, loaded: tensors.size })
  })

  /** Ends the training after its first checkpoint. */
  async function interrupt(): Promise<void> {
    const controller = new AbortController()
    const onProgress = ({ task, done }: { readonly task: string; readonly done: number }): void => {
      if (task === 'training the segmenter' && done === 2) controller.abort(new Error('enough'))
    }
    const context = contextOf({ signal: controller.signal, onProgress })
    await expect(trainSegmenter(context, { wish }, clock)).rejects.toThrow('enough')
    expect(await store.head(run.checkpoint('segmenter'))).toBeDefined()
  }

  test('is refused without a dataset, and with a damaged one', async () => {
    await forget(run.segmenterRecord)
    await store.remove(run.image('shapes-s1-t1'))
    await expect(trainSegmenter(contextOf(), { wish }, clock)).rejects.toThrow(MissingError)
    await store.create(run.image('shapes-s1-t1'), new TextEncoder().encode('no image'))
    await expect(trainSegmenter(contextOf(), { wish }, clock)).rejects.toThrow(ImageFileError)
    await store.remove(run.manifest)
    await expect(trainSegmenter(contextOf(), { wish }, clock)).rejects.toThrow(MissingError)
  })

  test('is refused where a label map holds a part that the label list has not', async () => {
    const id = 'shapes-s1-t1'
    await forget(run.segmenterRecord, run.labelMap(id))
    const more = [...parts, { id: 3, name: 'other', color: '#000000' }]
    const data = new Uint8Array(side * side).fill(3)
    await store.create(run.labelMap(id), encodeLabelMap({ width: side, height: side, data }, more))
    await expect(trainSegmenter(contextOf(), { wish }, clock)).rejects.toThrow(LabelMapError)
  })
})

describe('predict', () => {
  test('labels images of any size and format at their own size', async () => {
    const predictor = await openPredictor(contextOf())
    const { images } = shapesData(1, 9)
    const picture = sharp(images, { raw: { width: side, height: side, channels: 3 } }).resize(90, 50, { fit: 'fill' })
    for (const file of [await picture.clone().jpeg().toBuffer(), await picture.clone().webp().toBuffer()]) {
      const { labelMap, confidence, meanConfidence } = await predictor.predict(file)
      expect([labelMap.width, labelMap.height]).toEqual([90, 50])
      expect(labelMap.data.every((part) => part < 3)).toBe(true)
      expect(confidence).toHaveLength(90 * 50)
      expect(Math.min(...confidence)).toBeGreaterThanOrEqual(Math.floor(255 / 3))
      expect(meanConfidence).toBeGreaterThan(1 / 3)
      expect(meanConfidence).toBeLessThanOrEqual(1)
    }
    await expect(predictor.predict(new TextEncoder().encode('no image'))).rejects.toThrow(ImageFileError)
    await predictor.release()
  })

  test('is refused where there is no segmenter', async () => {
    await forget(run.segmenterRecord)
    await expect(openPredictor(contextOf())).rejects.toThrow('sixteen-v1 has no segmenter yet')
  })
})
