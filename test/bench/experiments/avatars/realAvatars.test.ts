import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packDrawings, unpackDrawings } from '../../../../bench/experiments/avatars/block.ts'
import { drawInThreads } from '../../../../bench/experiments/avatars/drawInThreads.ts'
import { DrawingRangeError, realAvatars } from '../../../../bench/experiments/avatars/realAvatars.ts'
import { drawingStyles } from '../../../../bench/experiments/avatars/styles.ts'

const { draw } = drawingStyles.avataaars
const size = 8
let cache = ''

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'sixteen-cache-'))
})

afterAll(() => rm(cache, { recursive: true }))

async function read(seeds: readonly number[]) {
  let drawn = 0
  const onDrawn = (drawings: number) => {
    drawn += drawings
  }
  return { ...(await realAvatars('avataaars', seeds, size, { cache, threads: 1, onDrawn })), drawn }
}

describe('realAvatars', () => {
  test('gives drawings in the order of the seeds, and draws each file’s once', async () => {
    const seeds = [103, 49, 103, 0]
    const drawings = seeds.map((seed) => draw(seed, size))
    const first = await read(seeds)
    expect(Buffer.from(first.images)).toEqual(Buffer.concat(drawings.map(({ image }) => image)))
    expect(Buffer.from(first.labels)).toEqual(Buffer.concat(drawings.map(({ labels }) => labels)))
    // Two files of fifty seeds: 0..49 and 100..149.
    expect(first.drawn).toBe(100)
    const again = await read([...seeds, 120])
    expect(again.drawn).toBe(0)
    expect(again.images.subarray(0, first.images.length)).toEqual(first.images)
  })

  test('draws again what is damaged in the cache', async () => {
    const before = await read([0, 1, 2])
    const [folder = ''] = await readdir(cache)
    const file = join(cache, folder, '0.bin')
    await writeFile(file, (await readFile(file)).subarray(0, 1000))
    const after = await read([0, 1, 2])
    expect(after.drawn).toBe(50)
    expect(after.images).toEqual(before.images)
  })

  test.each([
    ['a seed below 0', [-1], 8],
    ['a seed above 2³² − 1', [2 ** 32], 8],
    ['half a seed', [0.5], 8],
    ['no size', [1], 0],
    ['a size above 1024', [1], 2048],
  ])('refuses %s', async (_, seeds, side) => {
    await expect(realAvatars('avataaars', seeds, side, { cache })).rejects.toThrow(DrawingRangeError)
  })
})

describe('drawInThreads', () => {
  test('fails with what a thread fails with', async () => {
    const file = join(cache, 'no such folder', '0.bin')
    const task = { kind: 'block' as const, style: 'micah' as const, size: 8, seeds: [1], file }
    await expect(drawInThreads([task], { threads: 1 })).rejects.toThrow('ENOENT')
  })
})

describe('unpackDrawings', () => {
  const packed = packDrawings([draw(1, size), draw(2, size)])

  test('gives what was packed', () => {
    expect(unpackDrawings(packed, 2, size)?.labels.subarray(size ** 2)).toEqual(Buffer.from(draw(2, size).labels))
  })

  test.each([
    ['fewer drawings', packed, 3],
    ['more drawings', packed, 1],
    ['no packed bytes', Buffer.from('nothing'), 2],
    ['no bytes', new Uint8Array(0), 2],
  ])('gives nothing where there are %s', (_, bytes, count) => {
    expect(unpackDrawings(bytes, count, size)).toBeUndefined()
  })
})
