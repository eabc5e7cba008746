import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from 'fast-png'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../cli/errors.ts'
import { listImages } from '../../cli/imageList.ts'
import { predictImages } from '../../cli/predictImages.ts'
import { openPredictionFiles } from '../../cli/predictionFiles.ts'
import type { Predictor } from '../../functions/gpu/jobs/predict.ts'
import { segmenterOptions } from '../../functions/gpu/jobs/segmenterOptions.ts'
import { decodeResizedRgb, encodeRgb } from '../../integrations/images/index.ts'
import { PredictionLine } from '../../schemas/prediction.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-predict-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const parts = ['background', 'bright'].map((name, id) => ({ id, name, color: id === 0 ? '#000000' : '#ff0000' }))

/** Says of each pixel whether it is bright, and is surest of the brightest. */
const predictor: Predictor = {
  record: {
    schemaVersion: 1,
    run: 'sixteen-v2',
    options: segmenterOptions({ labelWidth: 64, labelHeight: 64 }),
    inputs: 'a'.repeat(64),
    parts,
    images: { training: 1, heldOut: 1 },
    pretrained: null,
    history: [],
    heldOut: { loss: 1, miou: 0.5, parts: [] },
  },
  predict: async (file) => {
    const { original } = await decodeResizedRgb(file, { width: 1, height: 1 })
    const { image } = await decodeResizedRgb(file, original)
    const confidence = image.data.filter((_, place) => place % 3 === 0)
    return {
      labelMap: { ...original, data: confidence.map((level) => (level > 127 ? 1 : 0)) },
      confidence,
      meanConfidence: 0.75,
    }
  },
  release: async () => {},
}

/** Two pixels: a dark one and a bright one. */
const pair = Uint8Array.of(0, 0, 0, 200, 200, 200)
const pairPng = (): Promise<Uint8Array> => encodeRgb({ width: 2, height: 1, data: pair })

async function predicted(paths: readonly string[], out: string, more: object = {}) {
  const files = await openPredictionFiles(join(folder, out), false)
  const request = { overlay: false, confidence: false, signal: AbortSignal.any([]), onProgress: () => {}, ...more }
  const outcome = await predictImages(predictor, files, { images: await listImages(paths), ...request })
  const list = await readFile(await files.end(), 'utf8')
  const lines = list.split('\n').filter((line) => line !== '')
  return { outcome, lines: lines.map((line) => PredictionLine.parse(JSON.parse(line))) }
}

describe('predicting images', () => {
  test('writes label maps, pictures and a list of what was found', async () => {
    const path = join(folder, 'pair.png')
    await writeFile(path, await pairPng())
    const { outcome, lines } = await predicted([path], 'all', { overlay: true, confidence: true })
    expect(outcome).toEqual({ done: 1, failures: [] })
    expect(lines).toEqual([
      {
        image: path,
        width: 2,
        height: 1,
        labels: 'pair.labels.png',
        version: 'sixteen-v2',
        confidence: 0.75,
        parts: [
          { id: 0, name: 'background', pixels: 1 },
          { id: 1, name: 'bright', pixels: 1 },
        ],
      },
    ])
    const names = ['pair.confidence.png', 'pair.labels.png', 'pair.overlay.png', 'predictions.jsonl']
    expect((await readdir(join(folder, 'all'))).toSorted()).toEqual(names)
    const pixelsOf = async (name: string) => decode(await readFile(join(folder, 'all', name)))
    const labels = await pixelsOf('pair.labels.png')
    expect([[...labels.data], labels.palette?.[1]]).toEqual([
      [0, 1],
      [255, 0, 0],
    ])
    const confidence = await pixelsOf('pair.confidence.png')
    expect([confidence.channels, confidence.depth, ...confidence.data]).toEqual([1, 8, 0, 200])
    // Half of the bright pixel's grey 200, half of its part's red.
    expect([...(await pixelsOf('pair.overlay.png')).data]).toEqual([0, 0, 0, 228, 100, 100])
  })

  test('reads JPEG and WebP of any size, as they stand upright', async () => {
    const wide = sharp({ create: { width: 30, height: 20, channels: 3, background: '#ffffff' } })
    const jpeg = join(folder, 'turned.jpg')
    // Orientation 6 is turned by a quarter.
    await writeFile(jpeg, await wide.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer())
    const webp = join(folder, 'wide.webp')
    await writeFile(webp, await wide.clone().webp().toBuffer())
    const { lines } = await predicted([jpeg, webp], 'formats')
    expect(lines.map(({ width, height }) => [width, height])).toEqual([
      [20, 30],
      [30, 20],
    ])
  })

  test('names images that cannot be read, and labels the others', async () => {
    const inner = join(folder, 'some')
    await mkdir(inner)
    const png = await pairPng()
    await writeFile(join(inner, 'a.png'), png)
    await writeFile(join(inner, 'b.png'), 'no image')
    await writeFile(join(inner, 'c.png'), png.subarray(0, png.length - 20))
    await writeFile(join(inner, 'd.png'), png)
    const { outcome, lines } = await predicted([inner], 'partly')
    expect(lines.map(({ labels }) => labels)).toEqual(['a.labels.png', 'd.labels.png'])
    expect(outcome.done).toBe(2)
    expect(outcome.failures.map(({ path }) => path)).toEqual([join(inner, 'b.png'), join(inner, 'c.png')])
    for (const { reason } of outcome.failures) expect(reason).toMatch(/^The image cannot be read/)
  })

  test('stops between two images, and goes on to the same files', async () => {
    const inner = join(folder, 'many')
    await mkdir(inner)
    for (const name of ['a', 'b', 'c']) await writeFile(join(inner, `${name}.png`), await pairPng())
    const controller = new AbortController()
    const stop = ({ done }: { readonly done: number }): void => {
      if (done === 2) controller.abort(new Error('enough'))
    }
    const stopped = predicted([inner], 'stopped', { signal: controller.signal, onProgress: stop })
    await expect(stopped).rejects.toThrow('enough')
    expect(await readdir(join(folder, 'stopped'))).toEqual(['a.labels.png', 'b.labels.png'])
    expect((await predicted([inner], 'stopped')).lines).toHaveLength(3)
  })

  test('leaves files that hold something else', async () => {
    const out = join(folder, 'taken')
    await mkdir(out)
    await writeFile(join(out, 'pair.labels.png'), 'mine')
    await expect(predicted([join(folder, 'pair.png')], 'taken')).rejects.toThrow(UsageError)
    expect(await readFile(join(out, 'pair.labels.png'), 'utf8')).toBe('mine')
    const files = await openPredictionFiles(out, true)
    await files.write('pair', 'labels', Uint8Array.of(1))
    expect([...(await readFile(join(out, 'pair.labels.png')))]).toEqual([1])
  })
})

describe('the list of images', () => {
  test('has the images of a folder in order, without results of other predictions, and each file once', async () => {
    const inner = join(folder, 'mixed')
    await mkdir(inner)
    for (const name of ['b.JPG', 'a.png', 'a.labels.png', 'a.overlay.png', 'notes.txt', 'c.webp'])
      await writeFile(join(inner, name), '')
    const listed = await listImages([inner, join(inner, 'c.webp'), join(inner, 'notes.txt')])
    expect(listed.map(({ path }) => path)).toEqual(
      ['a.png', 'b.JPG', 'c.webp', 'notes.txt'].map((name) => join(inner, name)),
    )
  })

  test('calls results of files of one name differently', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')]
    for (const [inner, names] of [
      [one, ['a.jpg', 'a.png']],
      [two, ['A.png']],
    ] as const) {
      await mkdir(inner)
      for (const name of names) await writeFile(join(inner, name), '')
    }
    expect((await listImages([one, two])).map(({ name }) => name)).toEqual(['a', 'a-2', 'A-3'])
  })

  test('is refused where nothing is there', async () => {
    await expect(listImages([join(folder, 'nowhere.png')])).rejects.toThrow('is not there, or cannot be read')
    const empty = join(folder, 'empty')
    await mkdir(empty)
    await expect(listImages([empty])).rejects.toThrow('holds no images: those end in .png, .jpg, .jpeg, .webp')
  })

  test('goes nowhere where a file stands in the folder’s place', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    await expect(openPredictionFiles(file, false)).rejects.toThrow('is a file: choose another folder with --out')
  })
})
