import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { RgbImage } from '../../../schemas/rgbImage.ts'

type Color = readonly [number, number, number]

/** With which opacity the editor draws masks over the image. */
const opacity = 0.6

/**
 * The label map that a screen shows. At the centre of each pixel of the image: of the bare image and of the image under
 * every label's colour, whichever comes closest to what is seen.
 * @param screen the image as it is shown, enlarged or not
 * @param image as it is without masks
 * @param colors by part id, `#rrggbb`; the background's is ignored
 */
export function seenLabels(screen: RgbImage, image: RgbImage, colors: readonly string[]): LabelMap {
  const { width, height } = image
  const overlays = colors.map(readColor)
  const data = new Uint8Array(width * height)
  for (let pixel = 0; pixel < data.length; pixel += 1) {
    const x = Math.floor((((pixel % width) + 0.5) * screen.width) / width)
    const y = Math.floor(((Math.floor(pixel / width) + 0.5) * screen.height) / height)
    const seen = colorAt(screen, y * screen.width + x)
    const bare = colorAt(image, pixel)
    let least = distance(seen, bare)
    for (let part = 1; part < overlays.length; part += 1) {
      const away = distance(seen, blend(bare, overlays[part] ?? bare))
      if (away >= least) continue
      least = away
      data[pixel] = part
    }
  }
  return { width, height, data }
}

/** Parts of fewer pixels say little: a single one that looks like another part would weigh too much. */
const fewestPixels = 100

/**
 * How well two label maps agree: of each part of the expected one, the share of its pixels that are that part in the seen
 * one, too; and of these shares the smallest. A shift by a single pixel takes some percent.
 */
export function leastAgreement(expected: LabelMap, seen: LabelMap): number {
  const counts = new Map<number, { all: number; same: number }>()
  for (const [pixel, part] of expected.data.entries()) {
    const { all, same } = counts.get(part) ?? { all: 0, same: 0 }
    counts.set(part, { all: all + 1, same: same + (seen.data[pixel] === part ? 1 : 0) })
  }
  const shares = [...counts.values()].flatMap(({ all, same }) => (all < fewestPixels ? [] : [same / all]))
  return Math.min(...shares)
}

const readColor = (color: string): Color => [
  Number.parseInt(color.slice(1, 3), 16),
  Number.parseInt(color.slice(3, 5), 16),
  Number.parseInt(color.slice(5, 7), 16),
]

const colorAt = ({ data }: RgbImage, pixel: number): Color => [
  data[3 * pixel] ?? 0,
  data[3 * pixel + 1] ?? 0,
  data[3 * pixel + 2] ?? 0,
]

const blend = (under: Color, over: Color): Color => [
  under[0] + opacity * (over[0] - under[0]),
  under[1] + opacity * (over[1] - under[1]),
  under[2] + opacity * (over[2] - under[2]),
]

const distance = (a: Color, b: Color): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2
