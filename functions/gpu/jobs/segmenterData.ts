/** The kept samples of a run's dataset, as a segmenter is trained on them. */
import { decodeLabelMap, decodeResizedRgb, resizeLabelMap } from '../../../integrations/images/index.ts'
import { MissingError } from '../../../integrations/storage/index.ts'
import { checkLabelMap } from '../../../schemas/labelMap.ts'
import type { ManifestLine } from '../../../schemas/manifest.ts'
import type { ImageSize } from '../../../schemas/project.ts'
import type { RunManifest } from '../../../schemas/runManifest.ts'
import { createRandom } from '../random.ts'
import type { LabelledImages } from '../segmenter/labelledImages.ts'
import { type JobContext, JobError } from './context.ts'

/** Memory that the images may take: of larger datasets a random choice is trained on. */
const imageBytes = 2 ** 30
/** More held-out images would only make the looks at them longer. */
const mostHeldOut = 200
/** Files that are read at the same time. */
const together = 8

/** How many of two images or more are held out: one at least, and never all. */
export function heldOutCount(count: number, share: number): number {
  return Math.min(mostHeldOut, Math.max(1, Math.round(count * share)), count - 1)
}

export interface DatasetSplit {
  readonly training: readonly ManifestLine[]
  readonly heldOut: readonly ManifestLine[]
}

/**
 * Which samples are learned from, and which are held out: by the seed alone, at least one on either side.
 * @throws JobError where fewer than two samples were kept
 */
export function splitDataset(
  { lines, run }: RunManifest,
  { size, heldOutShare, seed }: { readonly size: ImageSize; readonly heldOutShare: number; readonly seed: number },
): DatasetSplit {
  const kept = lines.filter((line) => line.kept)
  if (kept.length < 2)
    throw new JobError(
      `${run} has ${kept.length} kept images, and a segmenter needs two, better hundreds: generate more of them`,
    )
  const most = Math.max(2, Math.floor(imageBytes / (4 * size.width * size.height)))
  const chosen = createRandom(seed, 'segmenter.heldOut')
    .shuffle([...kept])
    .slice(0, most)
  const held = heldOutCount(chosen.length, heldOutShare)
  return { heldOut: chosen.slice(0, held), training: chosen.slice(held) }
}

/**
 * Reads samples at the network's size: images averaged, label maps by nearest neighbour.
 * @param onImage called with the number of images that are read now
 * @throws MissingError, ImageFileError, LabelMapError where the store lacks a file, or it is damaged
 */
export async function readLabelledImages(
  { store, run, signal }: Pick<JobContext, 'store' | 'run' | 'signal'>,
  lines: readonly ManifestLine[],
  { size, parts }: { readonly size: ImageSize; readonly parts: number },
  onImage?: (count: number) => void,
): Promise<LabelledImages> {
  const pixels = size.width * size.height
  const images = new Uint8Array(3 * pixels * lines.length)
  const labels = new Uint8Array(pixels * lines.length)
  const read = async ({ id }: ManifestLine, place: number): Promise<void> => {
    const [image, painted] = await Promise.all([store.get(run.image(id)), store.get(run.labelMap(id))])
    if (image === undefined) throw new MissingError(run.image(id))
    if (painted === undefined) throw new MissingError(run.labelMap(id))
    images.set((await decodeResizedRgb(image.bytes, size)).image.data, 3 * pixels * place)
    const labelMap = decodeLabelMap(painted.bytes)
    checkLabelMap(labelMap, { parts })
    labels.set(resizeLabelMap(labelMap, size.width, size.height).data, pixels * place)
  }
  for (let first = 0; first < lines.length; first += together) {
    signal?.throwIfAborted()
    const some = lines.slice(first, first + together)
    await Promise.all(some.map((line, index) => read(line, first + index)))
    onImage?.(some.length)
  }
  return { count: lines.length, size, images, labels }
}
