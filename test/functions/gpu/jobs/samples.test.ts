import { createHash } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { describeGenerator, readEmbeddedGenerator } from '../../../../functions/gpu/jobs/generatorWeights.ts'
import { type MixedImage, makeSamples, mixSamples, type SampleImage } from '../../../../functions/gpu/jobs/samples.ts'
import { renderSeeds } from '../../../../functions/gpu/jobs/seedImages.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32Values, readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { openStyledImages, truncateStyle } from '../../../../functions/gpu/stylegan/styledImages.ts'
import { readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { encodeRgb } from '../../../../integrations/images/index.ts'
import { generatorWeightsKey } from '../../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import type { Project } from '../../../../schemas/project.ts'
import type { RgbImage } from '../../../../schemas/rgbImage.ts'
import { sampleId } from '../../../../schemas/sample.ts'
import { fixture } from '../../../support/fixture.ts'
import { tinyGenerator } from '../interpreter/tinyGenerator.ts'
import { keys, tinyProject } from './tinyJobs.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

const digest = ({ image }: { readonly image: SampleImage['image'] }): string =>
  createHash('sha256').update(image.data).digest('hex')

/**
 * Whether bytes are those of an image [3, height, width] of about −1..1: x·127.5 + 128, cut off to whole numbers, where a
 * value near one may fall to either side of it.
 */
function shows({ width, height, data }: RgbImage, values: Float32Array): boolean {
  const byte = (index: number): number => {
    const value = values[(index % 3) * width * height + Math.floor(index / 3)] ?? Number.NaN
    return Math.min(255, Math.max(0, value * 127.5 + 128))
  }
  return values.length === data.length && data.every((value, index) => Math.abs(value + 0.5 - byte(index)) < 0.51)
}

const samplesOf = (seeds: readonly number[], truncations: readonly number[]): Promise<readonly SampleImage[]> =>
  all(makeSamples({ engine }, tinyGenerator, { seeds, truncations }))

describe('samples', () => {
  test.each([
    ['skip', 0.7],
    ['skip', 1],
    ['skip-clamped', 0],
    ['resnet', 0.7],
    ['resnet-clamped', 1.3],
    ['orig', 0.7],
    ['avatars', 0.7],
    ['avatars', 1],
  ])('of %s at ψ %d have the bytes of the images that a project shows for painting', async (name, truncation) => {
    const file = name === 'avatars' ? undefined : fixture(`stylegan/${name}.generator.safetensors`)
    const weights = file === undefined ? await readEmbeddedGenerator() : readGenerator(file)
    const store = openMemoryStore()
    if (file !== undefined) await store.create(generatorWeightsKey(name), file)
    const base = tinyProject()
    const project: Project = {
      ...base,
      generator: describeGenerator(name, weights),
      labelList: { ...base.labelList, truncation },
    }
    const seeds = [0, 7, 4294967295]
    const records = seeds.map((seed) => {
      const recipe = { generator: name, seed, truncation }
      return { schemaVersion: 1 as const, id: sampleId(recipe), ...recipe }
    })
    await renderSeeds({ store, keys, engine }, project, records)
    const made = await all(makeSamples({ engine }, weights, { seeds, truncations: [truncation] }))
    expect(made).toHaveLength(seeds.length)
    for (const [index, { id }] of records.entries()) {
      const sample = made[index]
      if (sample === undefined) throw new TypeError(`no image of ${id}`)
      expect(sample).toMatchObject({ seed: seeds[index], truncation })
      const shown = (await store.get(keys.sampleImage(id)))?.bytes
      expect(Buffer.from(await encodeRgb(sample.image)).equals(Buffer.from(shown ?? []))).toBe(true)
    }
  })

  test('come seed by seed, each at every ψ', async () => {
    const made = await samplesOf([3, 1], [0.5, 1])
    expect(made.map(({ seed, truncation }) => [seed, truncation])).toEqual([
      [3, 0.5],
      [3, 1],
      [1, 0.5],
      [1, 1],
    ])
    expect(new Set(made.map(digest)).size).toBe(4)
  })

  test('are the average image at ψ 0, whatever their seed', async () => {
    const made = await samplesOf([0, 1, 2], [0])
    expect(new Set(made.map(digest)).size).toBe(1)
    const average = readSafetensors(fixture('stylegan/skip.expected.safetensors')).tensors.get('average')
    if (average === undefined) throw new TypeError('the reference has no average image')
    expect(made[0]?.image).toSatisfy((image: RgbImage) => shows(image, float32Values('average', average)))
  })

  test('are cut where the generator has a crop', async () => {
    const crop = { x: 4, y: 9, width: 24, height: 16 }
    const cropped = { ...tinyGenerator, facts: { ...tinyGenerator.facts, crop } }
    const [whole] = await samplesOf([3], [0.7])
    const [part] = await all(makeSamples({ engine }, cropped, { seeds: [3], truncations: [0.7] }))
    const side = tinyGenerator.resolution
    const rows = Array.from({ length: crop.height }, (_, row) => {
      const start = ((crop.y + row) * side + crop.x) * 3
      return [...(whole?.image.data.subarray(start, start + crop.width * 3) ?? [])]
    })
    expect(part?.image).toEqual({ width: 24, height: 16, data: Uint8Array.from(rows.flat()) })
  })

  test('do not depend on what else is made', async () => {
    const [alone] = await samplesOf([5], [0.7])
    const among = (await samplesOf([2, 5], [0.3, 0.7])).at(-1)
    expect(among?.image).toEqual(alone?.image)
    expect(await samplesOf([], [1])).toEqual([])
  })

  test('say how far they are, and stop between two images', async () => {
    const stop = new AbortController()
    const progress: string[] = []
    const made: number[] = []
    const images = makeSamples(
      {
        engine,
        signal: stop.signal,
        onProgress: ({ done, total, unit }) => void progress.push(`${done}/${total} ${unit}`),
      },
      tinyGenerator,
      { seeds: [0, 1, 2, 3], truncations: [1] },
    )
    const reading = async (): Promise<void> => {
      for await (const { seed } of images) {
        made.push(seed)
        if (seed === 1) stop.abort(new Error('enough'))
      }
    }
    await expect(reading()).rejects.toThrow('enough')
    expect(made).toEqual([0, 1])
    expect(progress).toEqual(['1/4 images', '2/4 images'])
  })
})

describe('mixing', () => {
  const layerCount = tinyGenerator.blocks.length * 2
  const every = Array.from({ length: layerCount }, (_, layer) => layer)
  const mixed = (layers: readonly number[], rows = [0, 1], columns = [10, 11, 12]): Promise<readonly MixedImage[]> =>
    all(mixSamples({ engine }, tinyGenerator, { rows, columns, layers, truncation: 0.7 }))
  const at = (images: readonly MixedImage[], row: number | undefined, column: number | undefined): string => {
    const found = images.find((image) => image.row === row && image.column === column)
    if (found === undefined) throw new TypeError(`nothing at ${row}, ${column}`)
    return digest(found)
  }

  test('shows every source by itself, as it is without mixing', async () => {
    const images = await mixed([0])
    expect(images).toHaveLength(2 * 3 + 2 + 3)
    const alone = (await samplesOf([0, 1, 10, 11, 12], [0.7])).map(digest)
    expect([0, 1].map((row) => at(images, row, undefined))).toEqual(alone.slice(0, 2))
    expect([0, 1, 2].map((column) => at(images, undefined, column))).toEqual(alone.slice(2))
  })

  test('of all layers gives the column’s image, of none the row’s', async () => {
    const [allLayers, none] = [await mixed(every), await mixed([])]
    for (const row of [0, 1])
      for (const column of [0, 1, 2]) {
        expect(at(allLayers, row, column)).toBe(at(allLayers, undefined, column))
        expect(at(none, row, column)).toBe(at(none, row, undefined))
      }
  })

  test.each(every)('takes layer %d from the column, and the others from the row', async (chosen) => {
    const others = every.filter((layer) => layer !== chosen)
    const cell = at(await mixed([chosen], [0], [1]), 0, 0)
    expect(cell).toBe(at(await mixed(others, [1], [0]), 0, 0))
    expect(cell).not.toBe(at(await mixed([chosen], [0], [1]), 0, undefined))
  })

  test('gives the image of the reference', async () => {
    const { tensors } = readSafetensors(fixture('stylegan/skip.expected.safetensors'))
    const [w, mixedImage] = [tensors.get('w'), tensors.get('mixed')]
    if (w === undefined || mixedImage === undefined) throw new TypeError('the reference lacks w or mixed')
    const styles = float32Values('w', w)
    const length = tinyGenerator.styleLength
    const [first, second] = [styles.slice(0, length), styles.slice(length)]
    const images = await openStyledImages(engine, tinyGenerator)
    const image = await images.image((layer) => (layer < 3 ? first : second))
    await images.release()
    expect(image).toSatisfy((made: RgbImage) => shows(made, float32Values('mixed', mixedImage)))
  })

  test('stops between two images', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    const images = mixSamples({ engine, signal }, tinyGenerator, {
      rows: [0],
      columns: [1],
      layers: [0],
      truncation: 1,
    })
    await expect(all(images)).rejects.toThrow('enough')
  })
})

test('a truncated style lies between the average and its own', () => {
  const average = tinyGenerator.get('mapping.w_avg').data
  const w = Float32Array.from(average, (mean) => mean + 2)
  expect(truncateStyle(tinyGenerator, w, 1)).toEqual(w)
  expect(truncateStyle(tinyGenerator, w, 0)).toEqual(average)
  for (const [index, value] of truncateStyle(tinyGenerator, w, 0.25).entries())
    expect(value).toBeCloseTo((average[index] ?? 0) + 0.5, 6)
})
