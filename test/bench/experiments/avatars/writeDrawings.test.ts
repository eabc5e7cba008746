import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { drawingStyles } from '../../../../bench/experiments/avatars/styles.ts'
import { OtherDrawingsError, writeDrawings } from '../../../../bench/experiments/avatars/writeDrawings.ts'
import { decodeLabelMap, decodeRgb } from '../../../../integrations/images/index.ts'
import { LabelList } from '../../../../schemas/labels.ts'

const folders: string[] = []
const order = () => ({ style: 'micah' as const, size: 32, first: 40, count: 6, folder: folders.at(-1) ?? '' })
const contents = async () => {
  const folder = order().folder
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.png')).sort()
  return Promise.all(names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')]))
}

beforeEach(async () => {
  folders.push(await mkdtemp(join(tmpdir(), 'sixteen-drawings-')))
})

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

test('writes the image and the label map of every seed, and the label list', async () => {
  expect(await writeDrawings(order(), { threads: 2 })).toEqual({ kept: 0, drawn: 6 })
  const { folder } = order()
  const names = [40, 41, 42, 43, 44, 45].map((seed) => `${seed}.png`)
  expect((await readdir(join(folder, 'images'))).sort()).toEqual(names)
  expect((await readdir(join(folder, 'labels'))).sort()).toEqual(names)
  const drawing = drawingStyles.micah.draw(43, 32)
  const image = await decodeRgb(await readFile(join(folder, 'images/43.png')))
  const labels = decodeLabelMap(await readFile(join(folder, 'labels/43.png')))
  expect(image).toEqual({ width: 32, height: 32, data: drawing.image })
  expect(labels).toEqual({ width: 32, height: 32, data: drawing.labels })
  const list = LabelList.parse(JSON.parse(await readFile(join(folder, 'labels.json'), 'utf8')))
  expect(list).toEqual(drawingStyles.micah.labels)
})

test('goes on with what is missing, and ends with the same bytes', async () => {
  await writeDrawings(order(), { threads: 1 })
  const whole = await contents()
  await rm(join(order().folder, 'images/41.png'))
  await rm(join(order().folder, 'labels/45.png'))
  expect(await writeDrawings(order(), { threads: 2 })).toEqual({ kept: 4, drawn: 2 })
  expect(await contents()).toEqual(whole)
})

test('refuses a folder of another style or size', async () => {
  await writeDrawings({ ...order(), count: 1 }, { threads: 1 })
  await expect(writeDrawings({ ...order(), size: 64 })).rejects.toThrow(OtherDrawingsError)
  await expect(writeDrawings({ ...order(), style: 'avataaars' })).rejects.toThrow('style micah and size 32')
})
