import sharp from 'sharp'
import type { LabelMap } from '../../schemas/labelMap.ts'
import { ImageFileError, readPngHeader } from '../images/index.ts'
import { DraftError } from './errors.ts'

/** 4096²: masks have the size of the image that was sent. */
const maximumMaskPixels = 2 ** 24

/**
 * A mask as ids: 1 where it is white, 0 where it is black or transparent. Grey, palette and colour PNG of any depth.
 * @param text base64, with or without `data:image/png;base64,` before it
 * @throws DraftError where it is no PNG, is damaged, or claims more pixels than masks have
 */
export async function decodeMask(text: string, label: string): Promise<LabelMap> {
  const bytes = Buffer.from(text.replace(/^data:image\/png;base64,/, ''), 'base64')
  const refuse = (problem: string): DraftError =>
    new DraftError('answer', `The mask of ${label} is not used: ${problem}`)
  try {
    const { width, height } = readPngHeader(bytes)
    if (width * height > maximumMaskPixels) throw refuse(`it claims ${width}×${height} pixels.`)
    const { data, info } = await sharp(bytes, { limitInputPixels: maximumMaskPixels, failOn: 'warning' })
      .flatten({ background: '#000000' })
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const ids = new Uint8Array(info.width * info.height)
    for (let pixel = 0; pixel < ids.length; pixel += 1) ids[pixel] = (data[pixel * info.channels] ?? 0) >= 128 ? 1 : 0
    return { width: info.width, height: info.height, data: ids }
  } catch (error) {
    if (error instanceof DraftError) throw error
    throw refuse(error instanceof ImageFileError ? error.message : 'its PNG is damaged.')
  }
}
