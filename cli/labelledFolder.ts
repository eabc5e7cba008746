/** Real images with label maps, in two folders, paired by the names of their files. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabelledImages } from '../functions/gpu/segmenter/labelledImages.ts'
import { ignoredLabel } from '../functions/gpu/segmenter/labelledImages.ts'
import { maskEnding, readMask } from '../integrations/datasets/readMasks.ts'
import { decodeResizedRgb, ImageFileError, resizeLabelMap } from '../integrations/images/index.ts'
import type { LabelMap } from '../schemas/labelMap.ts'
import type { ImageSize } from '../schemas/project.ts'
import { sha256Of } from '../schemas/sha256.ts'
import { UsageError } from './errors.ts'
import { listImages } from './imageList.ts'
import type { PartMapping } from './partMapping.ts'
import { predictionFile } from './predictionFiles.ts'

export interface LabelledFile {
  /** Of image and label map, without extension. */
  readonly name: string
  readonly image: string
  readonly labels: string
}

/** Names that a message lists. */
const mostListed = 5
/** Files that are read at the same time. */
const together = 8

/**
 * Pairs `a.jpg` with `a.png` or `a.labels.png`.
 * @throws UsageError where an image has no label map, or a label map no image
 */
export async function listLabelledFiles(images: string, labels: string): Promise<readonly LabelledFile[]> {
  const maps = await listLabelMaps(labels)
  const files = await listImages([images])
  const alone = files.filter(({ name }) => !maps.has(name)).map(({ name }) => name)
  if (alone.length > 0)
    throw new UsageError(
      `${labels} holds no label map of ${listed(alone)}: a label map is called like its image, as .png or .labels.png`,
    )
  const known = new Set(files.map(({ name }) => name))
  const idle = [...maps.keys()].filter((name) => !known.has(name))
  if (idle.length > 0) throw new UsageError(`${images} holds no image of the label maps ${listed(idle)}`)
  return files.map(({ name, path }) => ({ name, image: path, labels: maps.get(name) ?? '' }))
}

/** Paths by name; where there are both, `a.labels.png` is the label map and `a.png` an image. */
async function listLabelMaps(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new UsageError(`${folder} cannot be read: give the folder with the label maps`, { cause })
  })
  const maps = names
    .filter((name) => name.endsWith(maskEnding))
    .map((name) => [name.slice(0, -maskEnding.length), name] as const)
  const plain = names
    .filter((name) => name.endsWith('.png') && !predictionFile.test(name))
    .map((name) => [name.slice(0, -'.png'.length), name] as const)
  return new Map([...plain, ...maps].map(([name, file]) => [name, join(folder, file)]))
}

/**
 * Reads all files once, so that what is wrong with them is told before hours of work.
 * @returns what names their content
 * @throws UsageError where sizes differ or a file is no image; SeedsError where one is no label map
 */
export async function checkLabelledFiles(files: readonly LabelledFile[], mapping: PartMapping): Promise<string> {
  const small = { width: 1, height: 1 }
  const facts = await inTurns(files, async (file) => {
    const bytes = await readFile(file.image)
    const { original } = await readImage(file.image, bytes, small)
    const labelMap = await readLabels(file, mapping)
    if (original.width !== labelMap.width || original.height !== labelMap.height)
      throw new UsageError(
        `${file.image} has ${original.width}×${original.height} pixels, its label map ${file.labels} ` +
          `${labelMap.width}×${labelMap.height}: they must be of one size`,
      )
    return [file.name, sha256Of(bytes), sha256Of(labelMap.data)]
  })
  return sha256Of(JSON.stringify(facts))
}

/** At one size: images averaged, label maps by nearest neighbour. @throws as `checkLabelledFiles` */
export async function readLabelledFiles(
  files: readonly LabelledFile[],
  size: ImageSize,
  mapping: PartMapping,
): Promise<LabelledImages> {
  const pixels = size.width * size.height
  const labels = new Uint8Array(pixels * files.length)
  await inTurns(files, async (file, place) => {
    labels.set(resizeLabelMap(await readLabels(file, mapping), size.width, size.height).data, pixels * place)
  })
  const { images } = await readImages(
    files.map(({ image }) => image),
    size,
  )
  return { count: files.length, size, images, labels }
}

/** Images of any kind at one size. @throws UsageError where a file is no image */
export async function readImages(
  paths: readonly string[],
  size: ImageSize,
): Promise<Pick<LabelledImages, 'count' | 'size' | 'images'>> {
  const bytes = 3 * size.width * size.height
  const images = new Uint8Array(bytes * paths.length)
  await inTurns(paths, async (path, place) => {
    images.set((await readImage(path, await readFile(path), size)).image.data, bytes * place)
  })
  return { count: paths.length, size, images }
}

async function readImage(path: string, bytes: Uint8Array, size: ImageSize) {
  try {
    return await decodeResizedRgb(bytes, size)
  } catch (cause) {
    if (cause instanceof ImageFileError) throw new UsageError(`${path}: ${cause.message}`, { cause })
    throw cause
  }
}

/** With the project's ids. */
async function readLabels({ labels }: LabelledFile, mapping: PartMapping): Promise<LabelMap> {
  const { width, height, data } = await readMask(labels)
  const wrong = data.findIndex((id) => id !== ignoredLabel && mapping[id] === undefined)
  if (wrong >= 0)
    throw new UsageError(
      `${labels}: the pixel at x ${wrong % width}, y ${Math.floor(wrong / width)} holds id ${data[wrong]}, which no part ` +
        `has: there are ${mapping.length}, and ${ignoredLabel} means that nothing is known`,
    )
  return { width, height, data: data.map((id) => mapping[id] ?? ignoredLabel) }
}

async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item, place: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (let first = 0; first < items.length; first += together) {
    const some = items.slice(first, first + together)
    results.push(...(await Promise.all(some.map((item, index) => work(item, first + index)))))
  }
  return results
}

function listed(names: readonly string[]): string {
  const rest = names.length - mostListed
  return names.slice(0, mostListed).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
