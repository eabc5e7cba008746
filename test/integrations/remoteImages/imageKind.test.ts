import sharp, { type Sharp } from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeRgb } from '../../../integrations/images/index.ts'
import { readDataImage } from '../../../integrations/remoteImages/index.ts'
import { failureOf, png } from './fetching.ts'

const photo = (): Sharp => sharp({ create: { width: 16, height: 8, channels: 3, background: '#8040c0' } })
const read = async (bytes: Uint8Array, type = 'image/png', limit = 1_000_000): Promise<Uint8Array> =>
  readDataImage(`data:${type};base64,${Buffer.from(bytes).toString('base64')}`, limit)

describe('an image', () => {
  test.each([
    ['PNG', photo().png()],
    ['JPEG', photo().jpeg()],
    ['WebP', photo().webp()],
    ['WebP without loss', photo().webp({ lossless: true })],
    ['GIF', photo().gif()],
    ['TIFF', photo().tiff()],
    ['AVIF', photo().avif({ effort: 0 })],
  ])('is known by its bytes: %s, which can be decoded, too', async (_, image) => {
    const bytes = new Uint8Array(await image.toBuffer())
    expect(await read(bytes, 'text/plain')).toEqual(bytes)
    expect(await decodeRgb(bytes)).toMatchObject({ width: 16, height: 8 })
  })

  test.each([
    ['a page', '<!doctype html><title>Sign in</title>', 'a page, not an image'],
    ['a page behind a byte order mark', '\ufeff\n  <HTML lang="en"><svg></svg>', 'a page, not an image'],
    ['an error in XML', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'a page, not an image'],
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'is a drawing (SVG)'],
    [
      'a drawing with a prologue',
      '<?xml version="1.0"?>\n<!-- made by hand -->\n<svg width="3">',
      'is a drawing (SVG)',
    ],
    ['an error in JSON', '{"detail": "Not found."}', 'is none that is read'],
    ['a text', 'not an image', 'is none that is read'],
    ['nothing', '', 'is empty'],
    ['too few bytes', '\x89PN', 'is none that is read'],
    ['a BMP', 'BM\x46\0\0\0', 'is a BMP'],
    ['a sound in the same wrapping as WebP', 'RIFF\x24\0\0\0WAVEfmt ', 'is none that is read'],
    ['a photo of a telephone', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'is a HEIC photo'],
    ['a film', '\0\0\0\x18ftypisom\0\0\0\0isomavc1', 'is none that is read'],
  ])('is not %s', async (_, text, message) => {
    const bytes = /^[\0-\xff]*$/.test(text) ? Buffer.from(text, 'latin1') : Buffer.from(text)
    const error = await failureOf(read(bytes))
    expect(error.message).toContain(message)
    expect(error.mayPass).toBe(false)
  })
})

describe('a data URI', () => {
  test('may have parameters, and capitals', async () => {
    const base64 = Buffer.from(png).toString('base64')
    expect(readDataImage(`DATA:image/png;charset=utf-8;BASE64,${base64}`, 1000)).toEqual(png)
    expect(readDataImage(`data:;base64,${base64.replace(/=+$/, '')}`, 1000)).toEqual(png)
  })

  test('may hold as many bytes as are allowed, and no more', async () => {
    expect(await read(png, 'image/png', png.length)).toEqual(png)
    const error = await failureOf(read(png, 'image/png', png.length - 1))
    expect(error.message).toContain(`more than the ${png.length - 1} bytes`)
    expect((await failureOf(read(new Uint8Array(10_000), 'image/png', 100))).message).toContain(
      'more than the 100 bytes',
    )
  })

  test.each([
    ['data:image/png,%89PNG', 'not in base64'],
    ['data:image/png;base64', 'not in base64'],
    ['data:image/png;base64,%%%canary', 'other characters than base64'],
    ['data:image/png;base64,ca nary', 'other characters than base64'],
  ])('that is none is refused, and not repeated: %s', async (uri, message) => {
    const error = await failureOf((async () => readDataImage(uri, 1000))())
    expect(error.message).toContain(message)
    expect(error.message).not.toContain('canary')
  })
})
