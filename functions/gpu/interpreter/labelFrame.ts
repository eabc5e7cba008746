import type { GeneratorWeights } from '../stylegan/weights.ts'
import { type Sampling, wholeAxis } from './sampling.ts'

/** In pixels. */
export interface LabelSize {
  readonly width: number
  readonly height: number
}

/** A part of the square that the synthesis network makes, in shares of its side, from its top left corner. */
export interface SquarePart {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A label map of any size, and the part of the square that it covers. */
export interface LabelFrame {
  readonly size: LabelSize
  readonly part: SquarePart
}

export const wholeSquare: SquarePart = { left: 0, top: 0, width: 1, height: 1 }

/** The part of the square that is the image. Sides are powers of two, so that shares are exact. */
export function imagePart({ facts: { crop }, resolution }: Pick<GeneratorWeights, 'facts' | 'resolution'>): SquarePart {
  if (crop === undefined) return wholeSquare
  const { x, y, width, height } = crop
  return { left: x / resolution, top: y / resolution, width: width / resolution, height: height / resolution }
}

/** How a label map's rows and columns read a map of the whole square. @param side positions of that map, in both axes */
export function samplings(
  { size, part }: LabelFrame,
  side: number,
): { readonly rows: Sampling; readonly columns: Sampling } {
  return {
    rows: { ...wholeAxis(size.height, side), offset: part.top, extent: part.height },
    columns: { ...wholeAxis(size.width, side), offset: part.left, extent: part.width },
  }
}
