import sharp from 'sharp'
import { z } from 'zod'
import { maximumPixels } from '../images/index.ts'
import { SeedsError } from './errors.ts'
import { checkImageSize, type PaintedImage, type PaintedImages, type Region } from './paintedImage.ts'
import { fillCircle, fillPolygon } from './shapes.ts'

const Shape = z.object({
  label: z.string().min(1),
  points: z.array(z.tuple([z.number(), z.number()])),
  /** Files older than shape types hold polygons only. */
  shape_type: z.string().default('polygon'),
  /** Of shape type `mask`: a PNG in base64, the size of the box that the two points span. */
  mask: z.string().nullish(),
})
type Shape = z.infer<typeof Shape>

/** What is read of a LabelMe file: one image and its shapes. */
export const LabelMeFile = z.object({
  imagePath: z.string().nullish(),
  imageWidth: z.int().min(1),
  imageHeight: z.int().min(1),
  shapes: z.array(Shape),
})
export type LabelMeFile = z.infer<typeof LabelMeFile>

/**
 * The painted images of LabelMe files, by the name of the file they were in. Polygons, rectangles, circles and masks
 * are read; shapes without an area (points, lines) are left out with a warning, and so are images without a region.
 * Part names are sorted, so that their order does not depend on the order of painting.
 *
 * @throws SeedsError when an image is too large or a shape has too few points.
 * @see https://github.com/wkentaro/labelme
 */
export function readLabelMe(files: ReadonlyMap<string, LabelMeFile>): PaintedImages {
  const images: PaintedImage[] = []
  const warnings: string[] = []
  for (const [source, { imagePath, imageWidth: width, imageHeight: height, shapes }] of files) {
    checkImageSize(source, width, height)
    const regions: Region[] = []
    for (const [index, shape] of shapes.entries()) {
      const cover = coverOf(`${source}, shape ${index} (${shape.label})`, shape, width, height)
      if (cover !== undefined) regions.push({ part: shape.label.trim(), cover })
      else warnings.push(`${source}: shape ${index} is a ${shape.shape_type}, which has no area; it is left out.`)
    }
    // Without the image's path there is still the name of the JSON file, which LabelMe takes from the image.
    const fileName = imagePath || source
    if (regions.length > 0) images.push({ source, fileName, width, height, regions })
    else warnings.push(`${source} has no painted region; it is left out.`)
  }
  const partNames = [...new Set(images.flatMap(({ regions }) => regions.map(({ part }) => part)))].sort()
  return { images, partNames, warnings }
}

function coverOf(name: string, shape: Shape, width: number, height: number): Region['cover'] | undefined {
  const [first, second] = shape.points
  if (shape.shape_type === 'polygon') {
    if (shape.points.length < 3) throw new SeedsError(`${name}: a polygon has at least three points. Draw it again.`)
    return () => fillPolygon(shape.points.flat(), width, height)
  }
  if (!['rectangle', 'circle', 'mask'].includes(shape.shape_type)) return undefined
  if (first === undefined || second === undefined) {
    throw new SeedsError(`${name}: a ${shape.shape_type} has two points. Draw it again.`)
  }
  if (shape.shape_type === 'rectangle') {
    const [left, top, right, bottom] = [...first, ...second]
    return () => fillPolygon([left, top, right, top, right, bottom, left, bottom], width, height)
  }
  if (shape.shape_type === 'circle') {
    return () => fillCircle(first, Math.hypot(second[0] - first[0], second[1] - first[1]), width, height)
  }
  const { mask } = shape
  if (!mask) throw new SeedsError(`${name}: a mask without pixels. Draw it again.`)
  return () => placeMask(name, Buffer.from(mask, 'base64'), [Math.round(first[0]), Math.round(first[1])], width, height)
}

/** The set pixels of a small mask, moved to its place in the image; what lies outside is cut off. */
async function placeMask(
  name: string,
  png: Uint8Array,
  [left, top]: readonly [number, number],
  width: number,
  height: number,
): Promise<Uint8Array> {
  const { data, info } = await sharp(png, { limitInputPixels: maximumPixels })
    .toColourspace('b-w')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new SeedsError(`${name}: its mask is not a readable PNG. Draw it again.`, { cause })
    })
  const cover = new Uint8Array(width * height)
  for (const [pixel, value] of data.entries()) {
    const x = left + (pixel % info.width)
    const y = top + Math.floor(pixel / info.width)
    if (value !== 0 && x >= 0 && y >= 0 && x < width && y < height) cover[y * width + x] = 1
  }
  return cover
}
