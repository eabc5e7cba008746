import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  DatasetError,
  readSeeds,
  writeCoco,
  writeHuggingFace,
  writeMasks,
} from '../../../integrations/datasets/index.ts'
import { ManifestLine } from '../../../schemas/manifest.ts'
import { labels, sampleOf } from './datasetFixture.ts'

let parent: string
let folder: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'dataset-'))
  folder = join(parent, 'out')
})
afterEach(() => rm(parent, { recursive: true }))

const frame = ['11110', '10010', '11110', '00002']
const corner = ['00000', '02200', '02000', '00000']
const samples = () => Promise.all([sampleOf(7, frame), sampleOf(300, corner)])

const text = (name: string) => readFile(join(folder, name), 'utf8')
const lines = async (name: string) =>
  (await text(name)).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))

describe('masks', () => {
  test('have the layout that other tools read', async () => {
    const given = await samples()
    expect(await writeMasks(given, labels, folder)).toBe(2)
    expect((await readdir(folder)).sort()).toEqual(['images', 'labels', 'labels.json', 'manifest.jsonl'])
    expect(JSON.parse(await text('labels.json'))).toEqual(labels)
    const manifest = (await lines('manifest.jsonl')).map((line) => ManifestLine.parse(line))
    expect(manifest).toEqual([
      {
        id: 'birds-s7-t0.7',
        seed: 7,
        truncation: 0.7,
        image: 'images/birds-s7-t0.7.png',
        labels: 'labels/birds-s7-t0.7.png',
        score: 0.125,
        kept: true,
        parts: [0, 1, 2],
      },
      {
        id: 'birds-s300-t0.7',
        seed: 300,
        truncation: 0.7,
        image: 'images/birds-s300-t0.7.png',
        labels: 'labels/birds-s300-t0.7.png',
        score: 0.125,
        kept: true,
        parts: [0, 2],
      },
    ])
    for (const [index, { image, labels: mask }] of manifest.entries()) {
      expect(new Uint8Array(await readFile(join(folder, image)))).toEqual(new Uint8Array(given[index]?.image ?? []))
      expect(decode(await readFile(join(folder, mask))).data).toEqual(given[index]?.labelMap.data)
    }
  })

  test('are the same bytes for the same samples', async () => {
    await writeMasks(await samples(), labels, folder)
    await writeMasks(await samples(), labels, join(parent, 'again'))
    for (const name of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue
      const path = join(name.parentPath, name.name)
      expect(await readFile(path)).toEqual(await readFile(path.replace(folder, join(parent, 'again'))))
    }
  })
})

describe('COCO', () => {
  const instances = async () => JSON.parse(await text('instances.json'))

  test('lists the parts but for the background, with the path above as supercategory', async () => {
    await writeCoco(await samples(), labels, folder)
    expect((await instances()).categories).toEqual([
      { id: 1, name: 'head/eye', supercategory: 'head' },
      { id: 2, name: 'head', supercategory: 'head' },
      { id: 3, name: 'head/eye/iris', supercategory: 'head/eye' },
    ])
  })

  test('has one annotation per part and image: polygons, or run lengths where there is a hole', async () => {
    await writeCoco(await samples(), labels, folder)
    const { images, annotations } = await instances()
    expect(images).toEqual([
      { id: 1, file_name: 'birds-s7-t0.7.png', width: 5, height: 4, seed: 7, truncation: 0.7, score: 0.125 },
      { id: 2, file_name: 'birds-s300-t0.7.png', width: 5, height: 4, seed: 300, truncation: 0.7, score: 0.125 },
    ])
    expect(annotations).toEqual([
      {
        id: 1,
        image_id: 1,
        category_id: 1,
        // The frame as pycocotools 2.0.11 encodes it.
        segmentation: { size: [4, 5], counts: '031N000000024' },
        area: 10,
        bbox: [0, 0, 4, 3],
        iscrowd: 0,
      },
      {
        id: 2,
        image_id: 1,
        category_id: 2,
        segmentation: [[5, 3, 5, 4, 4, 4, 4, 3]],
        area: 1,
        bbox: [4, 3, 1, 1],
        iscrowd: 0,
      },
      {
        id: 3,
        image_id: 2,
        category_id: 2,
        segmentation: [[3, 1, 3, 2, 2, 2, 2, 3, 1, 3, 1, 1]],
        area: 3,
        bbox: [1, 1, 2, 2],
        iscrowd: 0,
      },
    ])
  })

  test('read as seeds gives the label maps back, pixel by pixel', async () => {
    const given = await samples()
    await writeCoco(given, labels, folder)
    await writeFile(join(folder, 'labels.json'), JSON.stringify(labels))
    const { seeds } = await readSeeds(folder)
    expect(seeds.map(({ seed }) => seed)).toEqual([7, 300])
    expect(seeds.map(({ labelMap }) => labelMap)).toEqual(given.map(({ labelMap }) => labelMap))
  })

  test('counts in pixels of the image where label maps are smaller', async () => {
    await writeCoco([await sampleOf(7, ['0010'], 3)], labels, folder)
    const { images, annotations } = await instances()
    expect(images[0]).toMatchObject({ width: 12, height: 3 })
    expect(annotations).toMatchObject([{ area: 9, bbox: [6, 0, 3, 3], segmentation: [[9, 0, 9, 3, 6, 3, 6, 0]] }])
  })

  test('without samples is still a COCO file', async () => {
    expect(await writeCoco([], labels, folder)).toBe(0)
    expect(await instances()).toMatchObject({ images: [], annotations: [] })
  })
})

describe('Hugging Face', () => {
  test('has one row of metadata per image, with both files, seed, score and the names of the parts', async () => {
    expect(await writeHuggingFace(await samples(), labels, folder)).toBe(2)
    expect((await lines('metadata.jsonl'))[0]).toEqual({
      file_name: 'images/birds-s7-t0.7.png',
      label_file_name: 'labels/birds-s7-t0.7.png',
      id: 'birds-s7-t0.7',
      seed: 7,
      truncation: 0.7,
      score: 0.125,
      parts: ['background', 'head/eye', 'head'],
    })
    expect((await readdir(join(folder, 'images'))).sort()).toEqual(['birds-s300-t0.7.png', 'birds-s7-t0.7.png'])
    expect(decode(await readFile(join(folder, 'labels/birds-s7-t0.7.png'))).data).toEqual(
      Uint8Array.from(frame.join(''), Number),
    )
  })

  test('has a card that lists each class with the number of images that show it', async () => {
    await writeHuggingFace(await samples(), labels, folder)
    const card = await text('README.md')
    expect(card).toMatch(/^---\n(.+\n)+- n<1K\n---\n/)
    expect(card).toContain('| 1 | head/eye | `#ff0000` | 1 |')
    expect(card).toContain('| 2 | head | `#00ff00` | 2 |')
    expect(card).toContain('| 3 | head/eye/iris | `#0000ff` | 0 |')
  })
})

describe.each([
  ['masks', writeMasks],
  ['COCO', writeCoco],
  ['Hugging Face', writeHuggingFace],
])('writing %s', (_, write) => {
  test('into a folder that holds something is refused', async () => {
    await mkdir(folder)
    await writeFile(join(folder, 'thesis.txt'), 'precious')
    await expect(write(await samples(), labels, folder)).rejects.toThrow(/is not empty/)
    expect(await readdir(folder)).toEqual(['thesis.txt'])
    expect(await readdir(parent)).toEqual(['out'])
  })

  test('replaces the folder where that is wanted, and takes an empty one', async () => {
    await mkdir(folder)
    await write(await samples(), labels, folder)
    await writeFile(join(folder, 'old.txt'), 'old')
    await write(await samples(), labels, folder, { overwrite: true })
    expect(await readdir(folder)).not.toContain('old.txt')
    expect(await readdir(parent)).toEqual(['out'])
  })

  test('that fails midway leaves nothing behind, and an older dataset as it was', async () => {
    async function* failing() {
      yield await sampleOf(7, frame)
      throw new Error('the generator broke')
    }
    await expect(write(failing(), labels, folder)).rejects.toThrow('the generator broke')
    expect(await readdir(parent)).toEqual([])
    await mkdir(folder)
    await writeFile(join(folder, 'old.txt'), 'old')
    await expect(write(failing(), labels, folder, { overwrite: true })).rejects.toThrow('the generator broke')
    expect(await readdir(folder)).toEqual(['old.txt'])
    expect(await readdir(parent)).toEqual(['out'])
  })

  test('stops at an abort and leaves nothing behind', async () => {
    const abort = new AbortController()
    async function* aborted() {
      yield await sampleOf(7, frame)
      abort.abort(new Error('enough'))
      yield await sampleOf(8, frame)
    }
    await expect(write(aborted(), labels, folder, { signal: abort.signal })).rejects.toThrow('enough')
    expect(await readdir(parent)).toEqual([])
  })

  test('refuses ids that are no file names or come twice, and label maps that do not fit the list', async () => {
    const sample = await sampleOf(7, frame)
    for (const id of ['../7', 'a/b', '.hidden', '', 'a b']) {
      const wrong = { ...sample, line: { ...sample.line, id } }
      await expect(write([wrong], labels, folder)).rejects.toThrow(/cannot name a file/)
    }
    const twin = { ...sample, line: { ...sample.line, id: sample.line.id.toUpperCase() } }
    await expect(write([sample, twin], labels, folder)).rejects.toThrow(/comes twice/)
    await expect(write([await sampleOf(7, ['0009'])], labels, folder)).rejects.toThrow(/x 3, y 0 holds id 9/)
    expect(await readdir(parent)).toEqual([])
  })

  test('says so when the disk is full', async () => {
    async function* full() {
      yield await sampleOf(7, frame)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    await expect(write(full(), labels, folder)).rejects.toThrow(/the disk is full; make room.*Nothing was kept/)
    expect(await readdir(parent)).toEqual([])
  })

  test('to where a file stands is refused', async () => {
    await writeFile(folder, 'a file')
    await expect(write(await samples(), labels, folder)).rejects.toThrow(DatasetError)
    expect(await readFile(folder, 'utf8')).toBe('a file')
  })
})
