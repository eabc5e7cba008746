import sharp from 'sharp'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openPredictor } from '../../../../functions/gpu/jobs/predict.ts'
import { splitDataset } from '../../../../functions/gpu/jobs/segmenterData.ts'
import { segmenterOptions } from '../../../../functions/gpu/jobs/segmenterOptions.ts'
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

beforeEach(async () => {
  store = openMemoryStore()
  await datasetIn(store)
})

describe('train-segmenter', () => {
  test('leaves weights, graph and a record of how it went', async () => {
    const { record, worked } = await trainSegmenter(contextOf(), { wish }, clock)
    expect(worked).toBe(true)
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

  test('has nothing to do where its result is there', async () => {
    const first = await trainSegmenter(contextOf(), { wish }, clock)
    const before = await objectsOf(store)
    const again = await trainSegmenter(contextOf(), { wish }, clock)
    expect(again).toEqual({ record: first.record, worked: false })
    expect(await objectsOf(store)).toEqual(before)
  })

  test('makes the same bytes again where a file was lost', async () => {
    await trainSegmenter(contextOf(), { wish }, clock)
    const before = await objectsOf(store)
    await store.remove(run.segmenterGraph)
    expect((await trainSegmenter(contextOf(), { wish }, clock)).worked).toBe(true)
    expect(await objectsOf(store)).toEqual(before)
  })

  test('replaces a segmenter that was trained in another way', async () => {
    await trainSegmenter(contextOf(), { wish }, clock)
    const { record, worked } = await trainSegmenter(contextOf(), { wish: { ...wish, seed: 5 } }, clock)
    expect([worked, record.options.seed]).toEqual([true, 5])
  })

  test('goes on where it was interrupted, to the same bytes', async () => {
    await trainSegmenter(contextOf(), { wish }, clock)
    const wanted = await objectsOf(store)
    for (const key of [run.segmenter, run.segmenterGraph, run.segmenterRecord]) await store.remove(key)
    const controller = new AbortController()
    const stop = ({ task, done }: { readonly task: string; readonly done: number }): void => {
      if (task === 'training the segmenter' && done === 4) controller.abort(new Error('enough'))
    }
    const interrupted = contextOf({ signal: controller.signal, onProgress: stop })
    await expect(trainSegmenter(interrupted, { wish: { ...wish, steps: 6 } }, clock)).rejects.toThrow('enough')
    expect(await store.head(run.checkpoint('segmenter'))).toBeDefined()
    // A training with other options does not go on from there.
    await trainSegmenter(contextOf(), { wish }, clock)
    expect(await objectsOf(store)).toEqual(wanted)
    await expect(trainSegmenter(contextOf(), { wish: { ...wish, steps: 6 } }, clock)).resolves.toMatchObject({
      worked: true,
    })
  })

  test('begins with given weights, and says where they are from', async () => {
    await trainSegmenter(contextOf(), { wish }, clock)
    const bytes = (await store.get(run.segmenter))?.bytes ?? new Uint8Array()
    const pretrained = { source: 'weights.safetensors', bytes }
    const { record } = await trainSegmenter(contextOf(), { wish, pretrained }, clock)
    const { tensors } = decodeSegmenter(bytes)
    expect(record.pretrained).toMatchObject({ kind: 'whole', loaded: tensors.size, untrained: [], leftOver: [] })
  })

  test('tells how far it is', async () => {
    const told: string[] = []
    const onProgress = ({ task, done, total, unit }: { task: string; done: number; total: number; unit: string }) =>
      void told.push(`${task} ${done}/${total} ${unit}`)
    await trainSegmenter(contextOf({ onProgress }), { wish }, clock)
    expect(told[0]).toBe('reading images 1/11 images')
    expect(told).toContain('reading images 11/11 images')
    expect(told.at(-1)).toBe('training the segmenter 4/4 steps')
  })

  test('is refused without a dataset, with too small a one, and with a damaged one', async () => {
    await store.remove(run.image('shapes-s1-t1'))
    await expect(trainSegmenter(contextOf(), { wish }, clock)).rejects.toThrow(MissingError)
    await store.create(run.image('shapes-s1-t1'), new TextEncoder().encode('no image'))
    await expect(trainSegmenter(contextOf(), { wish }, clock)).rejects.toThrow(ImageFileError)
    await store.remove(run.manifest)
    await expect(trainSegmenter(contextOf(), { wish }, clock)).rejects.toThrow(MissingError)
  })

  test('is refused where a label map holds a part that the label list has not', async () => {
    const id = 'shapes-s1-t1'
    await store.remove(run.labelMap(id))
    const more = [...parts, { id: 3, name: 'other', color: '#000000' }]
    const data = new Uint8Array(side * side).fill(3)
    await store.create(run.labelMap(id), encodeLabelMap({ width: side, height: side, data }, more))
    await expect(trainSegmenter(contextOf(), { wish }, clock)).rejects.toThrow(LabelMapError)
  })
})

describe('the split', () => {
  const lines = Array.from({ length: 40 }, (_, seed) => {
    const id = `shapes-s${seed}-t1`
    return {
      id,
      seed,
      truncation: 1,
      image: `${id}.png`,
      labels: `${id}.png`,
      score: 0,
      kept: seed % 4 !== 0,
      parts: [0],
    }
  })
  const manifest = { schemaVersion: 1, run: version, labelList: { parts, truncation: 1 }, settings, lines } as const
  const how = { size: { width: side, height: side }, heldOutShare: 0.1, seed: 0 }

  test('holds out a share of the kept samples, none of them learned from', () => {
    const { training, heldOut } = splitDataset(manifest, how)
    expect([training.length, heldOut.length]).toEqual([27, 3])
    const ids = [...training, ...heldOut].map(({ id }) => id)
    expect(new Set(ids).size).toBe(30)
    expect([...training, ...heldOut].every(({ kept }) => kept)).toBe(true)
  })

  test('is the same for the same seed, and another for another', () => {
    const ids = (seed: number) => splitDataset(manifest, { ...how, seed }).heldOut.map(({ id }) => id)
    expect(ids(0)).toEqual(ids(0))
    expect(ids(1)).not.toEqual(ids(0))
  })

  test('takes no more images than fit the memory', () => {
    const { training, heldOut } = splitDataset(manifest, { ...how, size: { width: 4096, height: 4096 } })
    expect(training.length + heldOut.length).toBe(16)
  })

  test('needs two kept samples', () => {
    const one = { ...manifest, lines: lines.slice(0, 2) }
    expect(() => splitDataset(one, how)).toThrow('sixteen-v1 has 1 kept images, and a segmenter needs two')
  })
})

describe('the size of the network', () => {
  test.each([
    [128, 128, 128, 128],
    [1024, 768, 256, 192],
    [600, 20, 256, 32],
  ])('label maps of %i×%i give %i×%i', (labelWidth, labelHeight, width, height) => {
    expect(segmenterOptions({ labelWidth, labelHeight })).toMatchObject({ width, height })
  })
})

describe('predict', () => {
  test('labels images of any size and format at their own size', async () => {
    await trainSegmenter(contextOf(), { wish }, clock)
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
    await expect(openPredictor(contextOf())).rejects.toThrow('sixteen-v1 has no segmenter yet')
  })
})
