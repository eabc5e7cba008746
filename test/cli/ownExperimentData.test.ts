import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../cli/errors.ts'
import { ownExperimentData, splitFiles } from '../../cli/ownExperimentData.ts'
import { makeProjectFolder, type ProjectFolder } from '../../cli/projectFolder.ts'
import { encodeLabelMap } from '../../integrations/images/index.ts'
import { openMemoryStore } from '../../integrations/storage/memory.ts'
import { makeTinyProject } from '../functions/tinyProject.ts'

const size = { width: 32, height: 32 }
const anyParts = Array.from({ length: 256 }, (_, id) => ({ id, name: `part ${id}`, color: '#000000' }))
let folder: string
let project: ProjectFolder
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-own-'))
  project = await makeProjectFolder(at('My Faces'))
  await makeTinyProject(project.store)
  for (const name of ['images', 'labels', 'more', 'wrong']) await mkdir(at(name))
  for (let image = 0; image < 12; image++) {
    const picture = sharp({ create: { ...size, channels: 3, background: { r: 20 * image, g: 0, b: 0 } } })
    await picture.toFile(join(at('images'), `${image}.png`))
    if (image < 3) await picture.toFile(join(at('more'), `${image}.png`))
    const labelMap = { ...size, data: new Uint8Array(size.width * size.height).fill(image % 11) }
    await writeFile(join(at('labels'), `${image}.png`), encodeLabelMap(labelMap, anyParts))
    labelMap.data.fill(50)
    await writeFile(join(at('wrong'), `${image}.png`), encodeLabelMap(labelMap, anyParts))
  }
})
afterAll(() => rm(folder, { recursive: true }))

const data = (more = {}) => ownExperimentData(project, { images: at('images'), labels: at('labels'), size, ...more })
const redOf = (images: Uint8Array) => images.filter((_, place) => place % (3 * size.width * size.height) === 0)

describe('own images as data', () => {
  test('are tested on a quarter, from which nothing is learned', async () => {
    const { real, test: tested } = await data()
    expect([tested.count, real.available]).toEqual([3, 9])
    const [held, learned] = [await tested.read(), await real.take(9, 0)]
    const all = [...redOf(held.images), ...redOf(learned.images)].toSorted((a, b) => a - b)
    expect(all).toEqual(Array.from({ length: 12 }, (_, image) => 20 * image))
    expect([...held.labels.filter((_, place) => place % 1024 === 0)]).toEqual(
      [...redOf(held.images)].map((red) => (red / 20) % 11),
    )
  })

  test('are chosen by the random seed, few among many', async () => {
    const { real } = await data()
    const take = async (count: number, seed: number) => [...redOf((await real.take(count, seed)).images)]
    expect(await take(9, 1)).not.toEqual(await take(9, 0))
    expect((await take(9, 1)).slice(0, 4)).toEqual(await take(4, 1))
  })

  test('bring the painted seeds of the project, and a generator that a store then has', async () => {
    const { name, seeds } = await data()
    expect(name).toBe('my-faces')
    expect(seeds.available).toBe(3)
    expect(seeds.choose(3, 0)).toEqual([100, 101, 102])
    expect(seeds.choose(2, 5)).toHaveLength(2)
    const [first] = await seeds.paint([101])
    expect([first?.width, first?.height]).toEqual([128, 128])
    await expect(seeds.paint([7])).rejects.toThrow('seed 7 of')
    // The embedded one needs none.
    await seeds.copyGenerator(openMemoryStore())
  })

  test('bring images without labels and weights where there are some', async () => {
    const none = await data()
    expect([none.unlabelled, none.elsewhere, none.annotate]).toEqual([undefined, undefined, undefined])
    const pretrained = { source: 'weights.safetensors', bytes: Uint8Array.of(1) }
    const { unlabelled, elsewhere } = await data({ unlabelled: at('more'), pretrained })
    expect(unlabelled?.available).toBe(3)
    expect((await unlabelled?.take(2))?.count).toBe(2)
    expect(elsewhere).toMatchObject({ kind: 'weights', what: 'weights.safetensors' })
  })

  test('have a name of their own for every content', async () => {
    const more = await data({ unlabelled: at('more') })
    expect((await data()).fingerprint).toBe((await data()).fingerprint)
    expect(more.fingerprint).not.toBe((await data()).fingerprint)
  })
})

describe('own images are refused', () => {
  test('where label maps hold what is no part of the project', async () => {
    await expect(data({ labels: at('wrong') })).rejects.toThrow('holds id 50, which no part has: there are 11')
  })

  test('where they are too few', () => {
    const three = ['a', 'b', 'c'].map((name) => ({ name, image: name, labels: name }))
    expect(() => splitFiles(three, 'photos')).toThrow(UsageError)
    expect(() => splitFiles(three, 'photos')).toThrow('photos holds 3 labelled images: four are needed')
  })
})
