/**
 * The first layer of a pixel classifier on all pixels, tile by tile. As in projection.ts the layer is applied to each
 * tap at its own resolution and its result enlarged; here the enlargement of all small taps and the layer of the
 * full-sized ones are one matrix product per tile,
 *
 *     [features | interpolation weights] · [layer's weights / results of the layer at the positions that the tile reads]
 *
 * so that nothing between them is ever written. What does not depend on the layer's weights is computed once per image,
 * however many layers follow.
 */
import { constant } from '../onnx/constant.ts'
import { add } from '../onnx/ops/elementwise.ts'
import { concat, gather, reshape, transposeMatrix } from '../onnx/ops/layout.ts'
import { matmul } from '../onnx/ops/linear.ts'
import { knownLength } from '../onnx/shape.ts'
import type { Tensor } from '../onnx/tensor.ts'
import type { Range } from './interpolationMatrix.ts'
import type { TapGroup } from './projection.ts'
import { pixelPlaces, readTiles, type Tiling, tilePixels } from './tiles.ts'

/** A band of tiles, ready for any layer. */
export interface TiledBand {
  readonly pixels: number
  /** [tiles, pixels of a tile, terms] */
  readonly left: Tensor
  /** int64 [tiles, terms] rows of the layer's weights and results, as `layerTerms` stacks them. */
  readonly terms: Tensor
}

export interface TiledTaps {
  /** [positions, channels] for every group. */
  readonly features: readonly Tensor[]
  /** Index of the group that has the label map's size, whose weights are terms themselves; −1 if there is none. */
  readonly full: number
  readonly bands: readonly TiledBand[]
}

/** The part of the work that is the same for every layer. */
export function tileTaps(groups: readonly TapGroup[], tiling: Tiling, bands: readonly Range[]): TiledTaps {
  const features = groups.map((group) => transposeMatrix(group.features))
  const { size } = tiling
  // A single group of full size still needs a place where the bias is added.
  const full =
    groups.length === 1 ? -1 : groups.findIndex(({ height, width }) => height === size.height && width === size.width)
  const sizes = groups.map(({ height, width, channels }, index) => (index === full ? channels : height * width))
  const offsets = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0))
  return {
    features,
    full,
    bands: bands.map((band) => {
      const left: Tensor[] = []
      const tiles = (band.end - band.start) * tiling.columns
      const terms: bigint[][] = Array.from({ length: tiles }, () => [])
      for (const [index, { height, width, channels }] of groups.entries()) {
        const offset = offsets[index] ?? 0
        const add = (tile: number, position: number): unknown => terms[tile]?.push(BigInt(offset + position))
        if (index === full) {
          left.push(gather(features[index] ?? constant(new Float32Array(0)), pixelPlaces(tiling, band)))
          for (let tile = 0; tile < tiles; tile++)
            for (let channel = 0; channel < channels; channel++) add(tile, channel)
        } else {
          const { positions, weights } = readTiles(tiling, band, height, width)
          left.push(weights)
          for (const [tile, places] of positions.entries()) for (const place of places) add(tile, place)
        }
      }
      const perTile = terms[0]?.length ?? 0
      return {
        pixels: tilePixels(tiling, band),
        left: concat(left, 2),
        terms: constant(BigInt64Array.from(terms.flat()), [tiles, perTile]),
      }
    }),
  }
}

/**
 * The rows of some layers that belong to one group of taps.
 * @param weight [layers, features, outputs]
 * @returns [layers, channels of the group, outputs], row-major
 */
export function groupRows(
  weight: Float32Array,
  layers: number,
  features: number,
  outputs: number,
  { places }: TapGroup,
): Float32Array {
  const rows = new Float32Array(layers * places.length * outputs)
  for (let layer = 0; layer < layers; layer++)
    for (const [row, place] of places.entries()) {
      const start = (layer * features + place) * outputs
      rows.set(weight.subarray(start, start + outputs), (layer * places.length + row) * outputs)
    }
  return rows
}

/**
 * A layer's weights and its results at the positions of all groups, stacked.
 * @param weights one [channels of the group, outputs] per group
 * @param bias [1, outputs], added at the lowest resolution: interpolation weights add up to one
 * @returns [rows, outputs]
 */
export function layerTerms({ features, full }: TiledTaps, weights: readonly Tensor[], bias: Tensor): Tensor {
  const biased = full === 0 ? features.length - 1 : 0
  const rows = features.map((group, index) => {
    const weight = weights[index]
    if (weight === undefined) throw new TypeError('every group of taps needs its weight')
    if (index === full) return weight
    const projected = matmul(group, weight)
    return index === biased ? add(projected, bias) : projected
  })
  return concat(rows, 0)
}

/**
 * The layer on a band's pixels.
 * @param rows what `layerTerms` returned
 * @returns [pixels, outputs]
 */
export function projectBand({ left, terms, pixels }: TiledBand, rows: Tensor): Tensor {
  return reshape(matmul(left, gather(rows, terms)), [pixels, knownLength(rows, 1, 'projectBand')])
}
