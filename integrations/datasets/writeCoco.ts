import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabelMap } from '../../schemas/labelMap.ts'
import type { LabelList, Part } from '../../schemas/labels.ts'
import { readPngHeader, resizeLabelMap } from '../images/index.ts'
import { type WriteOptions, withNewFile, writeFolder } from './datasetFolder.ts'
import { checkSamples, type Samples } from './datasetSample.ts'
import { type Extent, measureParts, traceOutlines } from './outline.ts'
import { compressRuns, encodeRuns } from './runLength.ts'

/** One annotation of a COCO file: all pixels of one part in one image. */
export type CocoAnnotation = {
  readonly id: number
  readonly image_id: number
  readonly category_id: number
  /** Polygons along the pixel edges, or where the part has holes a compressed run length; `size` is height, width. */
  readonly segmentation: readonly (readonly number[])[] | { readonly size: [number, number]; readonly counts: string }
  /** Pixels, exactly. */
  readonly area: number
  /** Left, top, width, height in pixels. */
  readonly bbox: [number, number, number, number]
  readonly iscrowd: 0
}

/**
 * Writes a COCO dataset: `images/<id>.png` and `instances.json`, whose images also carry seed, truncation and score.
 * The background is no category. Where label maps have another size than their images they are brought to it by nearest
 * neighbour, because COCO counts in the image's pixels. Annotations are written as they come, not collected.
 *
 * @returns the number of images.
 * @throws DatasetError as `writeFolder` and `checkSamples` do; ImageFileError when an image is no PNG.
 * @see https://cocodataset.org/#format-data
 */
export async function writeCoco(
  samples: Samples,
  labels: LabelList,
  folder: string,
  options: WriteOptions = {},
): Promise<number> {
  return writeFolder(folder, options, async (partial) => {
    await mkdir(join(partial, 'images'))
    return withNewFile(join(partial, 'instances.json'), async (file) => {
      const images: object[] = []
      let annotations = 0
      await file.write(`{"info":${JSON.stringify({ description: 'Generated and labelled by Sixteen' })},\n`)
      await file.write(`"categories":${JSON.stringify(categoriesOf(labels.parts))},\n"annotations":[`)
      for await (const { line, image, labelMap } of checkSamples(samples, labels, options.signal)) {
        const { width, height } = readPngHeader(image)
        const name = `${line.id}.png`
        await writeFile(join(partial, 'images', name), image)
        const { seed, truncation, score } = line
        images.push({ id: images.length + 1, file_name: name, width, height, seed, truncation, score })
        for (const annotation of annotate(resizeLabelMap(labelMap, width, height), images.length, annotations + 1)) {
          await file.write(`${annotations === 0 ? '' : ','}\n${JSON.stringify(annotation)}`)
          annotations += 1
        }
      }
      await file.write(`],\n"images":${JSON.stringify(images)}}\n`)
      return images.length
    })
  })
}

/** Categories named by the part's whole path; the path above it, or for a root its own name, is the supercategory. */
function categoriesOf(parts: readonly Part[]): object[] {
  return parts
    .filter(({ id }) => id !== 0)
    .map(({ id, name }) => ({ id, name, supercategory: name.split('/').slice(0, -1).join('/') || name }))
}

/** The annotations of one label map, ascending by part, with ids from `firstId` on. */
export function annotate(labelMap: LabelMap, imageId: number, firstId: number): CocoAnnotation[] {
  return [...measureParts(labelMap)]
    .filter(([part]) => part !== 0)
    .map(([part, extent], index) => ({
      id: firstId + index,
      image_id: imageId,
      category_id: part,
      segmentation: segment(labelMap, part, extent),
      area: extent.area,
      bbox: [extent.box.left, extent.box.top, extent.box.width, extent.box.height],
      iscrowd: 0,
    }))
}

/** COCO polygons cannot say "except here", so a part with a hole is written as run lengths. */
function segment(labelMap: LabelMap, part: number, { box }: Extent): CocoAnnotation['segmentation'] {
  const rings = traceOutlines(labelMap, part, box)
  if (!rings.some(({ hole }) => hole)) return rings.map(({ points }) => points)
  const { width, height } = labelMap
  const mask = labelMap.data.map((id) => (id === part ? 1 : 0))
  return { size: [height, width], counts: compressRuns(encodeRuns(mask, width, height)) }
}
