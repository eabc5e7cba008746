/**
 * Label maps cut into small tiles. Inside a tile the enlargement of a tap group reads only a few of its positions, so
 * that one small matrix per tile, positions × pixels, does it.
 */
import { constant } from '../onnx/constant.ts'
import { mul } from '../onnx/ops/elementwise.ts'
import { expand, reshape, slice, transpose } from '../onnx/ops/layout.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { pieces } from './interpolationMatrix.ts'
import type { LabelSize } from './labelFrame.ts'
import { type Range, type Sampling, sourcePosition } from './sampling.ts'
import type { TapGroup } from './tapGroups.ts'

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

/** Places of a band's pixels in the row-major label map, tile by tile. int32 [tiles, pixels of a tile] */
export function pixelPlaces({ size, columns }: Tiling, band: Range): Tensor {
  const places: number[] = []
  for (let row = band.start; row < band.end; row++)
    for (let column = 0; column < columns; column++)
      for (let y = 0; y < tileSize.height; y++)
        for (let x = 0; x < tileSize.width; x++) {
          const bottom = Math.min(row * tileSize.height + y, size.height - 1)
          const right = Math.min(column * tileSize.width + x, size.width - 1)
          places.push(bottom * size.width + right)
        }
  return constant(Int32Array.from(places), [(band.end - band.start) * columns, tileSize.height * tileSize.width])
}

/** What the tiles of one axis read of a map of another size. */
interface AxisReading {
  /** Positions that each tile reads. */
  readonly positions: readonly (readonly number[])[]
  /** [tiles, pixels of a tile, positions of a tile], or of one tile if it is the same for all. */
  readonly weights: Float32Array
}

function readAxis(tiles: Range, pixels: number, sampling: Sampling): AxisReading {
  // Past the border the first or last position is read again instead of none: so that tiles at the border weigh what
  // they read as all others do, and share their weights.
  const spans = Array.from({ length: tiles.end - tiles.start }, (_, index) =>
    Array.from({ length: pixels }, (_, pixel) => {
      const source = sourcePosition((tiles.start + index) * pixels + pixel, sampling)
      return { first: Math.floor(source), share: source - Math.floor(source) }
    }),
  )
  const starts = spans.map((span) => span[0]?.first ?? 0)
  const count = Math.max(...spans.map((span, index) => (span.at(-1)?.first ?? 0) + 2 - (starts[index] ?? 0)))
  const weights = spans.map((span, index) => {
    const matrix = new Float32Array(pixels * count)
    for (const [pixel, { first, share }] of span.entries()) {
      const place = pixel * count + first - (starts[index] ?? 0)
      matrix[place] = 1 - share
      matrix[place + 1] = share
    }
    return matrix
  })
  const { start: first, end } = sampling.kept
  const inside = (position: number): number => Math.min(Math.max(position, first), end - 1) - first
  return {
    positions: starts.map((start) => Array.from({ length: count }, (_, index) => inside(start + index))),
    weights: joined(weights.every((matrix) => same(matrix, weights[0])) ? weights.slice(0, 1) : weights),
  }
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const [{ length } = { length: 0 }] = arrays
  const result = new Float32Array(arrays.length * length)
  for (const [index, array] of arrays.entries()) result.set(array, index * length)
  return result
}

function same(left: Float32Array, right: Float32Array | undefined): boolean {
  return left.every((value, index) => value === right?.[index])
}

/** How a band of tiles reads a map of another size. */
export interface TileReading {
  /** Positions of the map (row-major) that each tile reads. */
  readonly positions: readonly (readonly number[])[]
  /** [tiles, pixels of a tile, positions of a tile] interpolation weights. */
  readonly weights: Tensor
}

/** Bilinear interpolation (align_corners = False) of a group's map at the pixels of some bands. */
export function readTiles(
  { columns }: Tiling,
  bands: readonly Range[],
  group: Pick<TapGroup, 'rows' | 'columns' | 'width'>,
): readonly TileReading[] {
  const across = readAxis({ start: 0, end: columns }, tileSize.width, group.columns)
  // Most bands read alike; weights that are equal are made once.
  const known: { readonly rows: number; readonly down: Float32Array; readonly weights: Tensor }[] = []
  return bands.map((band) => {
    const rows = band.end - band.start
    const down = readAxis(band, tileSize.height, group.rows)
    const positions = down.positions.flatMap((ys) =>
      across.positions.map((xs) => ys.flatMap((y) => xs.map((x) => y * group.width + x))),
    )
    const before = known.find((other) => other.rows === rows && same(other.down, down.weights))
    if (before !== undefined) return { positions, weights: before.weights }
    const weights = productOfAxes(down, across, rows, columns)
    known.push({ rows, down: down.weights, weights })
    return { positions, weights }
  })
}

/** The product is left to the graph: stored in the file it would be larger than the generator. */
function productOfAxes(down: AxisReading, across: AxisReading, rows: number, columns: number): Tensor {
  const [ys = 0, xs = 0] = [down, across].map(({ positions }) => positions[0]?.length ?? 0)
  const pixels = tileSize.height * tileSize.width
  const product = mul(
    constant(down.weights, [down.weights.length / (tileSize.height * ys), 1, tileSize.height, 1, ys, 1]),
    constant(across.weights, [1, across.weights.length / (tileSize.width * xs), 1, tileSize.width, 1, xs]),
  )
  const shape = [rows, columns, tileSize.height, tileSize.width, ys, xs]
  return reshape(expand(product, shape), [rows * columns, pixels, ys * xs])
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
