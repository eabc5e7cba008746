/**
 * Label maps cut into small tiles. Inside a tile the enlargement of a tap group reads only a few of its positions, so
 * that one small matrix per tile, positions × pixels, does it.
 */
import { constant } from '../onnx/constant.ts'
import { mul } from '../onnx/ops/elementwise.ts'
import { reshape, slice, transpose } from '../onnx/ops/layout.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { pieces, type Range } from './interpolationMatrix.ts'
import { interpolate, type LabelSize } from './pixelFeatures.ts'

/** Pixels of a tile. Larger tiles gather less and multiply more zeros; these were the fastest measured. */
export const tileSize: LabelSize = { height: 8, width: 16 }

/** The tiles of a label map, in rows. The last of a row or column may reach beyond the map: it repeats the border there. */
export interface Tiling {
  readonly size: LabelSize
  readonly rows: number
  readonly columns: number
}

export function tile(size: LabelSize): Tiling {
  return { size, rows: Math.ceil(size.height / tileSize.height), columns: Math.ceil(size.width / tileSize.width) }
}

/** Rows of tiles in bands that are worked on one after another. @param labelRows wanted rows of pixels per band */
export function tileBands({ rows }: Tiling, labelRows: number): readonly Range[] {
  return pieces(rows, Math.max(1, Math.floor(labelRows / tileSize.height)))
}

/** Pixels in a band of tiles, those beyond the map's border included. */
export function tilePixels({ columns }: Tiling, { start, end }: Range): number {
  return (end - start) * columns * tileSize.height * tileSize.width
}

/** Places of a band's pixels in the row-major label map, tile by tile. int64 [tiles, pixels of a tile] */
export function pixelPlaces({ size, columns }: Tiling, band: Range): Tensor {
  const places: bigint[] = []
  for (let row = band.start; row < band.end; row++)
    for (let column = 0; column < columns; column++)
      for (let y = 0; y < tileSize.height; y++)
        for (let x = 0; x < tileSize.width; x++) {
          const bottom = Math.min(row * tileSize.height + y, size.height - 1)
          const right = Math.min(column * tileSize.width + x, size.width - 1)
          places.push(BigInt(bottom * size.width + right))
        }
  return constant(BigInt64Array.from(places), [(band.end - band.start) * columns, tileSize.height * tileSize.width])
}

/** What the tiles of one axis read of a smaller map. */
interface AxisReading {
  /** Positions read by each tile. */
  readonly count: number
  /** [tiles, count] Positions; past the border the last one, with weight zero. */
  readonly positions: readonly (readonly number[])[]
  /** [tiles, pixels of a tile, count] */
  readonly weights: Float32Array
}

function readAxis(tiles: Range, pixels: number, length: number, sourceLength: number): AxisReading {
  const spans = Array.from({ length: tiles.end - tiles.start }, (_, index) =>
    Array.from({ length: pixels }, (_, pixel) =>
      interpolate(Math.min((tiles.start + index) * pixels + pixel, length - 1), length, sourceLength),
    ),
  )
  const starts = spans.map((span) => span[0]?.[0] ?? 0)
  const count = Math.max(...spans.map((span, index) => (span.at(-1)?.[1] ?? 0) - (starts[index] ?? 0) + 1))
  const weights = new Float32Array(spans.length * pixels * count)
  for (const [index, span] of spans.entries())
    for (const [pixel, [first, second, share]] of span.entries()) {
      const row = (index * pixels + pixel) * count - (starts[index] ?? 0)
      weights[row + first] = (weights[row + first] ?? 0) + 1 - share
      weights[row + second] = (weights[row + second] ?? 0) + share
    }
  const positions = starts.map((start) =>
    Array.from({ length: count }, (_, index) => Math.min(start + index, sourceLength - 1)),
  )
  return { count, positions, weights }
}

/** How a band of tiles reads a map of another size. */
export interface TileReading {
  /** Positions of the map (row-major) that each tile reads. */
  readonly positions: readonly (readonly number[])[]
  /** [tiles, pixels of a tile, positions of a tile] interpolation weights. */
  readonly weights: Tensor
}

/** Bilinear interpolation (align_corners = False) of a [height, width] map at a band's pixels. */
export function readTiles({ size, columns }: Tiling, band: Range, height: number, width: number): TileReading {
  const down = readAxis(band, tileSize.height, size.height, height)
  const across = readAxis({ start: 0, end: columns }, tileSize.width, size.width, width)
  const rows = band.end - band.start
  // The product of both axes is left to the graph: stored in the file it would be larger than the generator.
  const weights = mul(
    constant(down.weights, [rows, 1, tileSize.height, 1, down.count, 1]),
    constant(across.weights, [1, columns, 1, tileSize.width, 1, across.count]),
  )
  const positions = down.positions.flatMap((ys) =>
    across.positions.map((xs) => ys.flatMap((y) => xs.map((x) => y * width + x))),
  )
  const shape = [rows * columns, tileSize.height * tileSize.width, down.count * across.count]
  return { positions, weights: reshape(weights, shape) }
}

/** Brings what was computed tile by tile back into rows. @param x float32 [pixels of all tiles] @returns [height · width] */
export function untile({ size: { height, width }, rows, columns }: Tiling, x: Tensor): Tensor {
  const ordered = transpose(reshape(x, [rows, columns, tileSize.height, tileSize.width]), [0, 2, 1, 3])
  const whole = reshape(ordered, [rows * tileSize.height, columns * tileSize.width])
  const cut = slice(
    whole,
    [
      { axis: 0, start: 0, end: height },
      { axis: 1, start: 0, end: width },
    ].filter(({ axis, end }) => end < Number(whole.shape[axis])),
  )
  return reshape(cut, [height * width])
}
