import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type PackedDrawings, unpackDrawings } from './block.ts'
import { drawInThreads, type ThreadOptions } from './drawInThreads.ts'
import { drawingStyles, type StyleName } from './styles.ts'

export interface RealAvatarsOptions extends ThreadOptions {
  /** Folder for what was drawn; the repository's `.cache/experiments` where it is left out. */
  readonly cache?: string
}

/** Seeds of one file are neighbours, so that sixteen, a hundred and a thousand images share files with the five thousand. */
const BLOCK_SEEDS = 50
const HIGHEST_SEED = 2 ** 32 - 1
const ownCache = join(import.meta.dirname, '../../../.cache/experiments')

/** A seed or a size names no drawing. */
export class DrawingRangeError extends RangeError {
  override readonly name = 'DrawingRangeError'
}

/** A file of drawings is damaged though it was just written. */
export class DrawingCacheError extends Error {
  override readonly name = 'DrawingCacheError'

  constructor(file: string) {
    super(`${file} was just drawn and cannot be read: is the disk full, or does another process write there?`)
  }
}

/**
 * Drawings with exact labels, in the order of the seeds. What is not in the cache is drawn, on all cores; a cache of
 * another version of style or renderer is left aside.
 *
 * @param size - pixels per side, 1..1024
 * @returns images `[count, size, size, 3]` and label maps `[count, size, size]`, ids of `drawingStyles[style].labels`
 * @throws {DrawingRangeError} when a seed is not in 0..2³²−1 or the size is not in its range
 * @throws {DrawingCacheError} when what was drawn cannot be read again
 */
export async function realAvatars(
  style: StyleName,
  seeds: readonly number[],
  size: number,
  options: RealAvatarsOptions = {},
): Promise<PackedDrawings> {
  checkRange('size', size, 1, 1024)
  for (const seed of seeds) checkRange('seed', seed, 0, HIGHEST_SEED)
  const folder = join(options.cache ?? ownCache, `${style}-${size}-${fingerprint(style)}`)
  await mkdir(folder, { recursive: true })
  const images = new Uint8Array(seeds.length * size ** 2 * 3)
  const labels = new Uint8Array(seeds.length * size ** 2)
  const places = placesByBlock(seeds)
  const fill = async (block: number): Promise<boolean> => {
    const blockSeeds = seedsOf(block)
    const packed = await readBlock(blockFile(folder, block), blockSeeds.length, size)
    if (packed === undefined) return false
    for (const { place, within } of places.get(block) ?? []) {
      copyItem(packed.images, within, images, place, size ** 2 * 3)
      copyItem(packed.labels, within, labels, place, size ** 2)
    }
    return true
  }
  const missing: number[] = []
  for (const block of places.keys()) if (!(await fill(block))) missing.push(block)
  const tasks = missing.map((block) => {
    return { kind: 'block' as const, style, size, seeds: seedsOf(block), file: blockFile(folder, block) }
  })
  await drawInThreads(tasks, options)
  for (const block of missing) {
    if (!(await fill(block))) throw new DrawingCacheError(blockFile(folder, block))
  }
  return { images, labels }
}

/** Where each block's drawings go: the place among the seeds asked for, and that within the block. */
function placesByBlock(seeds: readonly number[]): Map<number, { place: number; within: number }[]> {
  const places = new Map<number, { place: number; within: number }[]>()
  for (const [place, seed] of seeds.entries()) {
    const block = Math.floor(seed / BLOCK_SEEDS)
    const inBlock = places.get(block) ?? []
    inBlock.push({ place, within: seed % BLOCK_SEEDS })
    places.set(block, inBlock)
  }
  return places
}

function seedsOf(block: number): number[] {
  const first = block * BLOCK_SEEDS
  return Array.from({ length: Math.min(BLOCK_SEEDS, HIGHEST_SEED - first + 1) }, (_, index) => first + index)
}

function blockFile(folder: string, block: number): string {
  return join(folder, `${block * BLOCK_SEEDS}.bin`)
}

async function readBlock(file: string, count: number, size: number): Promise<PackedDrawings | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return bytes === undefined ? undefined : unpackDrawings(bytes, count, size)
}

function copyItem(from: Uint8Array, fromItem: number, to: Uint8Array, toItem: number, length: number): void {
  to.set(from.subarray(fromItem * length, (fromItem + 1) * length), toItem * length)
}

/** Some drawings' pixels as a short name, which changes when style, renderer or this code draw anything else. */
function fingerprint(style: StyleName): string {
  const hash = createHash('sha256')
  for (let seed = 0; seed < 16; seed += 1) {
    const { image, labels } = drawingStyles[style].draw(seed, 64)
    hash.update(image).update(labels)
  }
  return hash.digest('hex').slice(0, 8)
}

function checkRange(what: string, value: number, lowest: number, highest: number): void {
  if (Number.isSafeInteger(value) && value >= lowest && value <= highest) return
  throw new DrawingRangeError(`the ${what} is ${value}, expected a whole number in ${lowest}..${highest}`)
}
