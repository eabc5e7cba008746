/** An image file that cannot be read, or not as what it should be. The message says what was found and what to do. */
export class ImageFileError extends Error {
  override readonly name = 'ImageFileError'
}

/** The largest image read, 8192²: a small file that claims more is a mistake or an attack on the memory. */
export const maximumPixels = 2 ** 26
