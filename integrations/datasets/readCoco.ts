import { z } from 'zod'
import { SeedsError } from './errors.ts'
import { checkImageSize, type PaintedImage, type PaintedImages, type Region } from './paintedImage.ts'
import { decodeRuns, decompressRuns, RunLengthError } from './runLength.ts'
import { fillPolygon } from './shapes.ts'

const Polygon = z
  .array(z.number())
  .min(6, 'a polygon has at least three points')
  .refine((points) => points.length % 2 === 0, 'a polygon is x, y, x, y, …: its numbers come in pairs')

const RunLength = z.object({
  counts: z.union([z.string(), z.array(z.int().min(0))]),
  /** Height first. */
  size: z.tuple([z.int().min(1), z.int().min(1)]),
})

const Segmentation = z.union([z.array(Polygon), RunLength])

const Annotation = z.object({
  id: z.union([z.int(), z.string()]).optional(),
  image_id: z.union([z.int(), z.string()]),
  category_id: z.int(),
  segmentation: Segmentation.optional(),
  /** 1 marks a crowd; for parts of an image it is a region like any other. */
  iscrowd: z.union([z.literal(0), z.literal(1)]).optional(),
})

/** What is read of a COCO file: images, categories (their names are part names) and segmentations. */
export const CocoFile = z.object({
  images: z.array(
    z.object({
      id: z.union([z.int(), z.string()]),
      file_name: z.string().min(1),
      width: z.int().min(1),
      height: z.int().min(1),
    }),
  ),
  annotations: z.array(Annotation),
  categories: z.array(z.object({ id: z.int(), name: z.string().min(1) })),
})
export type CocoFile = z.infer<typeof CocoFile>

/**
 * The painted images of a COCO file. A polygon annotation covers the union of its polygons; run lengths may be a
 * compressed string or counts. Part names are the categories', in the order of their ids.
 *
 * Annotations without a segmentation (boxes) are left out with a warning; so are images without a region, because an
 * image that nobody painted is not one that shows only background.
 *
 * @throws SeedsError when an image is too large or an annotation's category is not listed.
 * @see https://cocodataset.org/#format-data
 */
export function readCoco(source: string, file: CocoFile): PaintedImages {
  const categories = new Map(file.categories.map(({ id, name }) => [id, name.trim()]))
  const warnings: string[] = []
  const images: PaintedImage[] = []
  for (const { id, file_name: fileName, width, height } of file.images) {
    const place = `${source}, image ${fileName}`
    checkImageSize(place, width, height)
    const regions: Region[] = []
    for (const annotation of file.annotations.filter(({ image_id }) => image_id === id)) {
      const part = categories.get(annotation.category_id)
      const name = `${place}, annotation ${annotation.id ?? 'without id'}`
      if (part === undefined) {
        throw new SeedsError(
          `${name} has category ${annotation.category_id}, which is not among the file's categories.`,
        )
      }
      const { segmentation } = annotation
      if (segmentation === undefined || (Array.isArray(segmentation) && segmentation.length === 0)) {
        warnings.push(`${name} has no segmentation, only a box; it is left out.`)
        continue
      }
      regions.push({ part, cover: () => coverOf(segmentation, width, height) })
    }
    if (regions.length > 0) images.push({ source: place, fileName, width, height, regions })
    else warnings.push(`${place} has no painted region; it is left out.`)
  }
  const partNames = [...categories].sort(([first], [second]) => first - second).map(([, name]) => name)
  return { images, partNames, warnings }
}

/** @throws RunLengthError when run lengths do not fill the image. */
function coverOf(segmentation: z.infer<typeof Segmentation>, width: number, height: number): Uint8Array {
  if (!Array.isArray(segmentation)) {
    const { counts, size } = segmentation
    if (size[0] !== height || size[1] !== width) {
      throw new RunLengthError(`The run lengths are of a ${size[1]}×${size[0]} mask, the image is ${width}×${height}.`)
    }
    return decodeRuns(typeof counts === 'string' ? decompressRuns(counts) : counts, width, height)
  }
  const mask = new Uint8Array(width * height)
  for (const polygon of segmentation) {
    for (const [pixel, value] of fillPolygon(polygon, width, height).entries()) mask[pixel] = (mask[pixel] ?? 0) | value
  }
  return mask
}
