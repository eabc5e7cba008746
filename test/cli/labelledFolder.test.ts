import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { UsageError } from '../../cli/errors.ts'
import { checkLabelledFiles, listLabelledFiles, readLabelledFiles } from '../../cli/labelledFolder.ts'
import { readPartMapping } from '../../cli/partMapping.ts'
import { encodeLabelMap } from '../../integrations/images/index.ts'

const parts = ['background', 'hair', 'eye'].map((name, id) => ({ id, name, color: '#000000' }))
/** So that a label map may hold any id. */
const anyParts = Array.from({ length: 256 }, (_, id) => ({ id, name: `part ${id}`, color: '#000000' }))
const same = [0, 1, 2]
const made: string[] = []
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true })
})

let images = ''
let labels = ''

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-labelled-'))
  made.push(folder)
  images = join(folder, 'images')
  labels = join(folder, 'labels')
  await mkdir(images)
  await mkdir(labels)
})

async function addImage(name: string, [width, height]: readonly [number, number], level = 100): Promise<void> {
  const picture = sharp({ create: { width, height, channels: 3, background: { r: level, g: 0, b: 255 - level } } })
  await picture.toFile(join(images, name))
}

async function addLabels(name: string, width: number, data: readonly number[]): Promise<void> {
  const labelMap = { width, height: data.length / width, data: Uint8Array.from(data) }
  await writeFile(join(labels, name), encodeLabelMap(labelMap, anyParts))
}

describe('images and label maps', () => {
  test('are paired by their names', async () => {
    await addImage('a.png', [2, 1])
    await addImage('b.jpg', [2, 1])
    await addLabels('a.png', 2, [0, 1])
    await addLabels('b.labels.png', 2, [0, 1])
    const files = await listLabelledFiles(images, labels)
    expect(files).toEqual([
      { name: 'a', image: join(images, 'a.png'), labels: join(labels, 'a.png') },
      { name: 'b', image: join(images, 'b.jpg'), labels: join(labels, 'b.labels.png') },
    ])
  })

  test('may lie in one folder', async () => {
    await addImage('a.png', [2, 1])
    labels = images
    await addLabels('a.labels.png', 2, [0, 1])
    const files = await listLabelledFiles(images, images)
    expect(files).toEqual([{ name: 'a', image: join(images, 'a.png'), labels: join(images, 'a.labels.png') }])
  })

  test('are read at the network’s size: images averaged, label maps by nearest neighbour', async () => {
    await addImage('a.png', [2, 2], 60)
    await addImage('b.png', [4, 4], 200)
    await addLabels('a.png', 2, [0, 1, 2, 255])
    await addLabels(
      'b.png',
      4,
      Array.from({ length: 16 }, (_, pixel) => (pixel % 4 < 2 ? 1 : 2)),
    )
    const files = await listLabelledFiles(images, labels)
    await checkLabelledFiles(files, same)
    const read = await readLabelledFiles(files, { width: 2, height: 2 }, same)
    expect(read.count).toBe(2)
    expect([...read.labels]).toEqual([0, 1, 2, 255, 1, 2, 1, 2])
    expect([...read.images.subarray(0, 3)]).toEqual([60, 0, 195])
    expect([...read.images.subarray(12, 15)]).toEqual([200, 0, 55])
  })

  test('are named by their content', async () => {
    await addImage('a.png', [2, 1])
    await addLabels('a.png', 2, [0, 1])
    const before = await checkLabelledFiles(await listLabelledFiles(images, labels), same)
    expect(await checkLabelledFiles(await listLabelledFiles(images, labels), same)).toBe(before)
    await addLabels('a.png', 2, [0, 2])
    expect(await checkLabelledFiles(await listLabelledFiles(images, labels), same)).not.toBe(before)
  })
})

describe('images and label maps are refused', () => {
  test('where an image has no label map', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await addImage(`${name}.png`, [2, 1])
    await addLabels('a.png', 2, [0, 1])
    const list = listLabelledFiles(images, labels)
    await expect(list).rejects.toThrow(UsageError)
    await expect(list).rejects.toThrow('no label map of b, c, d, e, f and 1 more')
  })

  test('where a label map has no image', async () => {
    await addImage('a.png', [2, 1])
    await addLabels('a.png', 2, [0, 1])
    await addLabels('z.png', 2, [0, 1])
    await expect(listLabelledFiles(images, labels)).rejects.toThrow('holds no image of the label maps z')
  })

  test('where a folder is not there, or empty', async () => {
    await expect(listLabelledFiles(images, labels)).rejects.toThrow('holds no images')
    await expect(listLabelledFiles('/nowhere', labels)).rejects.toThrow(UsageError)
  })

  test('where their sizes differ', async () => {
    await addImage('a.png', [4, 1])
    await addLabels('a.png', 2, [0, 1])
    const check = listLabelledFiles(images, labels).then((files) => checkLabelledFiles(files, same))
    await expect(check).rejects.toThrow('has 4×1 pixels, its label map')
    await expect(check).rejects.toThrow('2×1: they must be of one size')
  })

  test('where a pixel is of no part', async () => {
    await addImage('a.png', [2, 2])
    await addLabels('a.png', 2, [0, 1, 2, 7])
    const check = listLabelledFiles(images, labels).then((files) => checkLabelledFiles(files, same))
    await expect(check).rejects.toThrow('the pixel at x 1, y 1 holds id 7, which no part has: there are 3')
  })

  test('where a file is no image', async () => {
    await writeFile(join(images, 'a.png'), 'no image')
    await addLabels('a.png', 2, [0, 1])
    const check = listLabelledFiles(images, labels).then((files) => checkLabelledFiles(files, same))
    await expect(check).rejects.toThrow(join(images, 'a.png'))
  })

  test('where a label map has colours instead of ids', async () => {
    await addImage('a.png', [2, 1])
    await sharp({ create: { width: 2, height: 1, channels: 3, background: 'red' } }).toFile(join(labels, 'a.png'))
    const check = listLabelledFiles(images, labels).then((files) => checkLabelledFiles(files, same))
    await expect(check).rejects.toThrow(join(labels, 'a.png'))
  })
})

describe('ids of label maps', () => {
  const listOf = (names: readonly string[]) =>
    JSON.stringify({ parts: names.map((name, id) => ({ id, name, color: '#000000' })), truncation: 1 })

  test('are the project’s where nothing else is said', async () => {
    expect(await readPartMapping(labels, { parts })).toEqual([0, 1, 2])
  })

  test('are found by the names of a labels.json', async () => {
    await writeFile(join(labels, 'labels.json'), listOf(['background', 'eye', 'hair']))
    expect(await readPartMapping(labels, { parts })).toEqual([0, 2, 1])
  })

  test('are refused where the project has no such part', async () => {
    await writeFile(join(labels, 'labels.json'), listOf(['background', 'nose', 'hair']))
    const mapping = readPartMapping(labels, { parts })
    await expect(mapping).rejects.toThrow(UsageError)
    await expect(mapping).rejects.toThrow('does not have: nose; it has background, hair, eye')
  })
})
