import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSeeds, SeedsError } from '../../../integrations/datasets/index.ts'
import { encodeLabelMap } from '../../../integrations/images/index.ts'
import { countPixels } from '../../../schemas/labelMap.ts'

const labels = {
  parts: [
    { id: 0, name: 'background', color: '#000000' },
    { id: 1, name: 'head/eye', color: '#ff0000' },
    { id: 2, name: 'head/beak', color: '#00ff00' },
  ],
  truncation: 0.7,
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seeds-'))
})
afterEach(() => rm(folder, { recursive: true }))

const put = (name: string, content: object | Uint8Array) =>
  writeFile(join(folder, name), content instanceof Uint8Array ? content : JSON.stringify(content))
const mask = (...rows: string[]) =>
  encodeLabelMap(
    { width: rows[0]?.length ?? 0, height: rows.length, data: Uint8Array.from(rows.join(''), Number) },
    Array.from({ length: 10 }, (_, id) => ({ id, name: `part${id}`, color: '#777777' })),
  )
const rowsOf = ({ width, height, data }: { width: number; height: number; data: Uint8Array }) =>
  Array.from({ length: height }, (_, y) => data.subarray(y * width, (y + 1) * width).join(''))

async function failure(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SeedsError)
  return String(error)
}

describe('masks', () => {
  test('are read by ascending seed, with the label list beside them', async () => {
    await put('labels.json', { ...labels, seeds: [9, 100] })
    await put('100.labels.png', mask('001', '220'))
    await put('9.labels.png', mask('100', '000'))
    await put('9.png', encode({ width: 3, height: 2, channels: 3, data: new Uint8Array(18) }))
    const read = await readSeeds(folder)
    expect(read.labels).toEqual(labels)
    expect(read.warnings).toEqual([])
    expect(read.seeds.map(({ seed, labelMap }) => [seed, rowsOf(labelMap)])).toEqual([
      [9, ['100', '000']],
      [100, ['001', '220']],
    ])
    expect(read.seeds[0]?.source).toBe(join(folder, '9.labels.png'))
  })

  test('of chosen seeds only are read, and a chosen seed must be there', async () => {
    await put('labels.json', labels)
    await put('1.labels.png', mask('12'))
    await put('2.labels.png', Buffer.from('never looked at'))
    expect((await readSeeds(folder, { seeds: [1] })).seeds.map(({ seed }) => seed)).toEqual([1])
    expect(await failure(readSeeds(folder, { seeds: [1, 3, 4] }))).toMatch(/no annotation of seed 3, 4/)
  })

  test('that ship with the project show their rare parts in the published numbers of pixels', async () => {
    const shipped = join(import.meta.dirname, '../../../models/avatars/seeds')
    const parts = Array.from({ length: 11 }, (_, id) => ({ id, name: `part${id}`, color: '#777777' }))
    const { seeds } = await readSeeds(shipped, {
      labels: { parts, truncation: 1 },
      seeds: Array.from({ length: 16 }, (_, index) => 100 + index),
      size: { width: 128, height: 128 },
    })
    const pixels = (part: number) => seeds.reduce((sum, { labelMap }) => sum + (countPixels(labelMap)[part] ?? 0), 0)
    // Beard and glasses, counted with numpy when the seeds were painted.
    expect({ beard: pixels(8), glasses: pixels(9) }).toEqual({ beard: 525, glasses: 2953 })
  })

  test('without a label list are refused', async () => {
    await put('1.labels.png', mask('12'))
    expect(await failure(readSeeds(folder))).toMatch(/masks but no labels\.json/)
  })

  test('of several sizes, or of another size than asked for, are refused', async () => {
    await put('labels.json', labels)
    await put('1.labels.png', mask('12'))
    await put('2.labels.png', mask('12', '00'))
    expect(await failure(readSeeds(folder))).toMatch(/2\.labels\.png.*2×2 pixels, but 2×1 is needed/)
    expect(await failure(readSeeds(folder, { size: { width: 4, height: 4 } }))).toMatch(/1\.labels\.png.*4×4 is needed/)
  })

  test('with an id outside the list are refused with the place of the pixel', async () => {
    await put('labels.json', labels)
    await put('1.labels.png', mask('120', '003'))
    expect(await failure(readSeeds(folder))).toMatch(/1\.labels\.png.*x 2, y 1 holds id 3.*ids 0 to 2/s)
  })

  test('in RGB are refused with what was found', async () => {
    await put('labels.json', labels)
    await put('1.labels.png', encode({ width: 2, height: 1, channels: 3, data: new Uint8Array(6) }))
    expect(await failure(readSeeds(folder))).toMatch(/1\.labels\.png.*8-bit RGB PNG; an indexed one/)
  })

  test('of one seed twice are refused', async () => {
    await put('labels.json', labels)
    await put('7.labels.png', mask('12'))
    await put('seed7.labels.png', mask('12'))
    expect(await failure(readSeeds(folder))).toMatch(/Seed 7 is annotated twice: .*7\.labels\.png and .*seed7/)
  })

  test('with a label list of 300 parts, or one that is none, are refused', async () => {
    await put('1.labels.png', mask('12'))
    await put('labels.json', {
      parts: Array.from({ length: 300 }, (_, id) => ({ id, name: `part${id}`, color: '#000000' })),
      truncation: 1,
    })
    expect(await failure(readSeeds(folder))).toMatch(/labels\.json is no label list.*at most 256 parts/)
    await put('labels.json', Buffer.from('{"parts": ['))
    expect(await failure(readSeeds(folder))).toMatch(/labels\.json is not JSON/)
  })
})

describe('a folder', () => {
  test('without annotations, or none at all, is refused', async () => {
    expect(await failure(readSeeds(folder))).toMatch(/no seed annotations/)
    expect(await failure(readSeeds(join(folder, 'nowhere')))).toMatch(/nowhere cannot be read/)
  })

  test('with annotations of two kinds is refused unless one is chosen', async () => {
    await put('labels.json', labels)
    await put('1.labels.png', mask('12'))
    await put('1.json', { shapes: [], imageWidth: 2, imageHeight: 1 })
    expect(await failure(readSeeds(folder))).toMatch(/several kinds \(masks, labelme\)/)
    expect((await readSeeds(folder, { layout: 'masks' })).seeds.length).toBe(1)
  })

  test('with one seed, an unpainted part, an empty mask or a missing seed is read with warnings', async () => {
    await put('labels.json', { ...labels, seeds: [1, 2, 3] })
    await put('1.labels.png', mask('01'))
    const warnings = async () => (await readSeeds(folder)).warnings.join('\n')
    expect(await warnings()).toMatch(/one seed only/)
    expect(await warnings()).toMatch(/head\/beak is painted in no seed/)
    expect(await warnings()).not.toMatch(/head\/eye/)
    expect(await warnings()).toMatch(/lists seeds without an annotation: 2, 3/)
    await put('2.labels.png', mask('00'))
    expect(await warnings()).toMatch(/2\.labels\.png shows nothing but background/)
    expect(await warnings()).not.toMatch(/one seed only/)
  })
})

const square = [1, 1, 3, 1, 3, 3, 1, 3]

describe('COCO', () => {
  const coco = (annotations: object[], fileName = 'avatars-s5-t0.7.png') => ({
    images: [{ id: 1, file_name: fileName, width: 4, height: 4 }],
    categories: [
      { id: 30, name: 'head/beak', supercategory: 'head' },
      { id: 20, name: 'head/eye', supercategory: 'head' },
    ],
    annotations: annotations.map((annotation, id) => ({ id, image_id: 1, iscrowd: 0, ...annotation })),
  })
  const read = async () => rowsOf((await readSeeds(folder)).seeds[0]?.labelMap ?? { width: 0, height: 0, data: mask() })

  test('polygons are painted, the first on top; parts and truncation come from categories and name', async () => {
    const below = [0, 0, 4, 0, 4, 2, 0, 2]
    await put(
      'a.json',
      coco([
        { category_id: 30, segmentation: [square] },
        { category_id: 20, segmentation: [below] },
      ]),
    )
    expect(await read()).toEqual(['1111', '1221', '0220', '0000'])
    const { labels: found, seeds } = await readSeeds(folder)
    expect(found.parts.map(({ name }) => name)).toEqual(['background', 'head/eye', 'head/beak'])
    expect(found.truncation).toBe(0.7)
    expect(seeds[0]?.seed).toBe(5)
  })

  test('several polygons of one annotation cover their union', async () => {
    await put('a.json', coco([{ category_id: 20, segmentation: [square, [2, 2, 4, 2, 4, 4, 2, 4]] }]))
    expect(await read()).toEqual(['0000', '0110', '0111', '0011'])
  })

  test('run lengths, compressed or not, paint parts with holes', async () => {
    // A frame of 4×4 with a 2×2 hole; pycocotools 2.0.11 compresses it to 052M03.
    const counts = [0, 5, 2, 2, 2, 5]
    for (const encoded of [counts, '052M03']) {
      await put('a.json', coco([{ category_id: 20, iscrowd: 1, segmentation: { size: [4, 4], counts: encoded } }]))
      expect(await read()).toEqual(['1111', '1001', '1001', '1111'])
    }
  })

  test('parts are matched by name with a label list', async () => {
    await put('labels.json', {
      ...labels,
      parts: labels.parts.map((part, id) => ({ ...part, name: ['sky', 'head/beak', 'x'][id] })),
    })
    await put('a.json', coco([{ category_id: 30, segmentation: [square] }]))
    expect(await read()).toEqual(['0000', '0110', '0110', '0000'])
    await put('a.json', coco([{ category_id: 20, segmentation: [square] }]))
    expect(await failure(readSeeds(folder))).toMatch(
      /"head\/eye", which is not in the label list \(sky, head\/beak, x\)/,
    )
  })

  test('boxes without a region and unpainted images are left out with a warning', async () => {
    const two = coco([
      { category_id: 20, segmentation: [square] },
      { category_id: 20, bbox: [0, 0, 1, 1] },
    ])
    two.images.push({ id: 2, file_name: '6.png', width: 4, height: 4 })
    await put('a.json', two)
    const { seeds, warnings } = await readSeeds(folder)
    expect(seeds.map(({ seed }) => seed)).toEqual([5])
    expect(warnings.join('\n')).toMatch(/annotation 1 has no segmentation/)
    expect(warnings.join('\n')).toMatch(/image 6\.png has no painted region/)
  })

  test.each([
    ['a category that is not listed', coco([{ category_id: 9, segmentation: [square] }]), /category 9, which is not/],
    ['half a point', coco([{ category_id: 20, segmentation: [[1, 2, 3, 4, 5, 6, 7]] }]), /no COCO file/],
    [
      'run lengths of another size',
      coco([{ category_id: 20, segmentation: { size: [4, 5], counts: [20] } }]),
      /run lengths are of a 5×4 mask, the image is 4×4/,
    ],
    [
      'run lengths that are too short',
      coco([{ category_id: 20, segmentation: { size: [4, 4], counts: [3, 4] } }]),
      /a\.json, image .*head\/eye.*add up to 7 pixels/,
    ],
    ['a name without a seed', coco([{ category_id: 20, segmentation: [square] }], 'face.png'), /"face\.png"/],
    ['no truncation', coco([{ category_id: 20, segmentation: [square] }], '5.png'), /do not say with which truncation/],
  ])('%s is refused', async (_, file, message) => {
    await put('a.json', file)
    expect(await failure(readSeeds(folder))).toMatch(message)
  })

  test('300 categories are refused', async () => {
    const file = coco([{ category_id: 20, segmentation: [square] }])
    const categories = Array.from({ length: 300 }, (_, id) => ({ id, name: `part${id}` }))
    await put('a.json', { ...file, categories })
    expect(await failure(readSeeds(folder))).toMatch(/names 300 parts.*at most 256/)
  })

  test('a name that tells another truncation than the one used is refused', async () => {
    await put('a.json', coco([{ category_id: 20, segmentation: [square] }]))
    expect(await failure(readSeeds(folder, { truncation: 1 }))).toMatch(
      /named after truncation 0\.7, but 1 is to be used/,
    )
  })
})

describe('LabelMe', () => {
  const labelMe = (...shapes: object[]) => ({
    version: '5.5.0',
    flags: {},
    imagePath: '..\\images\\seed5.png',
    imageData: null,
    imageWidth: 4,
    imageHeight: 4,
    shapes: shapes.map((shape) => ({ label: 'eye', group_id: null, flags: {}, ...shape })),
  })
  const read = () => readSeeds(folder, { truncation: 1 })
  const rows = async () => rowsOf((await read()).seeds[0]?.labelMap ?? { width: 0, height: 0, data: mask() })

  test.each([
    [
      'polygon',
      [
        [1, 1],
        [3, 1],
        [3, 3],
        [1, 3],
      ],
      ['0000', '0110', '0110', '0000'],
    ],
    [
      'rectangle',
      [
        [3, 2],
        [0, 0],
      ],
      ['1110', '1110', '0000', '0000'],
    ],
    [
      'circle',
      [
        [1.5, 1.5],
        [1.5, 2.5],
      ],
      ['0100', '1110', '0100', '0000'],
    ],
  ])('a %s is painted', async (shape_type, points, expected) => {
    await put('x.json', labelMe({ shape_type, points }))
    expect(await rows()).toEqual(expected)
    expect((await read()).seeds[0]?.seed).toBe(5)
  })

  test('a mask is painted at its place, and cut off at the border', async () => {
    const small = encode({ width: 2, height: 3, channels: 1, data: Uint8Array.of(1, 0, 1, 1, 0, 1) })
    const shape = { shape_type: 'mask', mask: Buffer.from(small).toString('base64') }
    await put(
      'x.json',
      labelMe({
        ...shape,
        points: [
          [1, 0],
          [2, 2],
        ],
      }),
    )
    expect(await rows()).toEqual(['0100', '0110', '0010', '0000'])
    await put(
      'x.json',
      labelMe({
        ...shape,
        points: [
          [3, 2],
          [4, 4],
        ],
      }),
    )
    expect(await rows()).toEqual(['0000', '0000', '0001', '0001'])
  })

  test('parts are sorted by name, the first shape is on top, and _background_ is the background', async () => {
    const box = (label: string, left: number, right: number) => ({
      label,
      shape_type: 'rectangle',
      points: [
        [left, 0],
        [right, 4],
      ],
    })
    await put('x.json', labelMe(box('_background_', 0, 1), box('wing', 0, 3), box('beak', 2, 4)))
    expect((await read()).labels.parts.map(({ name }) => name)).toEqual(['background', 'beak', 'wing'])
    expect((await rows())[0]).toBe('0221')
  })

  test('shapes without area are left out with a warning', async () => {
    const line = {
      shape_type: 'line',
      points: [
        [0, 0],
        [3, 3],
      ],
    }
    await put(
      'x.json',
      labelMe(
        {
          shape_type: 'rectangle',
          points: [
            [0, 0],
            [2, 2],
          ],
        },
        line,
      ),
    )
    expect((await read()).warnings.join('\n')).toMatch(/shape 1 is a line, which has no area/)
  })

  test.each([
    [
      'a polygon of two points',
      {
        shape_type: 'polygon',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      /shape 0 \(eye\).*three points/,
    ],
    ['a circle of one point', { shape_type: 'circle', points: [[0, 0]] }, /a circle has two points/],
    [
      'a mask that is no PNG',
      {
        shape_type: 'mask',
        points: [
          [0, 0],
          [1, 1],
        ],
        mask: 'AAAA',
      },
      /not a readable PNG/,
    ],
    ['an empty name', { label: '', shape_type: 'circle', points: [] }, /no LabelMe file: shapes\.0\.label/],
    [
      'a name that is no path',
      {
        label: 'a//b',
        shape_type: 'rectangle',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      /is a path/,
    ],
  ])('%s is refused', async (_, shape, message) => {
    await put('x.json', labelMe(shape))
    expect(await failure(read())).toMatch(message)
  })

  test('a folder where nothing is painted is refused', async () => {
    await mkdir(join(folder, 'images'))
    await put('x.json', labelMe())
    expect(await failure(read())).toMatch(/no seed annotations.*x\.json has no painted region/s)
  })
})
