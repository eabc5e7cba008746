/** Factors of 1 leave an image as it is. */
export interface ColourChange {
  readonly brightness: number
  /** 0 leaves the image's mean grey. */
  readonly contrast: number
  /** 0 leaves greys. */
  readonly saturation: number
}

/** Shares of red, green and blue in the luminance, ITU-R BT.601. */
const [red, green, blue] = [0.299, 0.587, 0.114]

/**
 * Changes an image's saturation, then its brightness, then its contrast, and rounds once.
 * @param image [height, width, 3] RGB
 * @param result as long as the image; overwritten
 */
export function changeColours(image: Uint8Array, change: ColourChange, result: Uint8Array): void {
  const { brightness, contrast, saturation } = change
  const gain = brightness * contrast
  const shift = (1 - contrast) * brightness * meanLuminance(image)
  const colour = gain * saturation
  const grey = gain - colour
  for (let at = 0; at < image.length; at += 3) {
    const r = image[at] ?? 0
    const g = image[at + 1] ?? 0
    const b = image[at + 2] ?? 0
    const base = grey * (red * r + green * g + blue * b) + shift
    result[at] = toByte(base + colour * r)
    result[at + 1] = toByte(base + colour * g)
    result[at + 2] = toByte(base + colour * b)
  }
}

function meanLuminance(image: Uint8Array): number {
  let r = 0
  let g = 0
  let b = 0
  for (let at = 0; at < image.length; at += 3) {
    r += image[at] ?? 0
    g += image[at + 1] ?? 0
    b += image[at + 2] ?? 0
  }
  return (red * r + green * g + blue * b) / (image.length / 3)
}

/** The nearest level, halves up. */
export function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0
}
