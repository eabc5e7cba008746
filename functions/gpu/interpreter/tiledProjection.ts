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
import type { Range } from './sampling.ts'
import type { TapGroup } from './tapGroups.ts'
import { pixelPlaces, readTiles, type Tiling, tilePixels } from './tiles.ts'

/** A band of tiles, ready for any layer. */
export interface TiledBand {
  readonly pixels: number
  /** [tiles, pixels of a tile, terms] */
  readonly left: Tensor
  /** int32 [tiles, terms] rows of the layer's weights and results, as `layerTerms` stacks them. */
  readonly terms: Tensor
}

export interface TiledTaps {
  /** For every group its features [positions, channels]; none for the one that has the label map's size. */
  readonly features: readonly (Tensor | undefined)[]
  readonly bands: readonly TiledBand[]
}

/** The part of the work that is the same for every layer. */
export function tileTaps(groups: readonly TapGroup[], tiling: Tiling, bands: readonly Range[]): TiledTaps {
  // A single group would leave no place for the bias: it is read like a smaller one.
  const isFull = (group: TapGroup): boolean => groups.length > 1 && group.isFull
  const sizes = groups.map((group) => (isFull(group) ? group.channels : group.height * group.width))
  const readings = groups.map((group) => (isFull(group) ? [] : readTiles(tiling, bands, group)))
  const rows = groups.map((group) => (isFull(group) ? group.taps.map(transposeMatrix) : []))
  return {
    features: groups.map((group) => (isFull(group) ? undefined : transposeMatrix(group.features))),
    bands: bands.map((band, place) => {
      const tiles = (band.end - band.start) * tiling.columns
      const left: Tensor[] = []
      const terms: number[][] = Array.from({ length: tiles }, () => [])
      let offset = 0
      for (const [index, size] of sizes.entries()) {
        const reading = readings[index]?.[place]
        left.push(...(rows[index] ?? []).map((tap) => gather(tap, pixelPlaces(tiling, band))))
        if (reading !== undefined) left.push(reading.weights)
        for (const [tile, list] of terms.entries())
          for (const position of reading?.positions[tile] ?? Array.from({ length: size }, (_, channel) => channel))
            list.push(offset + position)
        offset += size
      }
      const stacked = constant(Int32Array.from(terms.flat()), [tiles, terms[0]?.length ?? 0])
      return { pixels: tilePixels(tiling, band), left: concat(left, 2), terms: stacked }
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
export function layerTerms({ features }: TiledTaps, weights: readonly Tensor[], bias: Tensor): Tensor {
  const biased = features.findIndex((group) => group !== undefined)
  const rows = weights.map((weight, index) => {
    const group = features[index]
    if (group === undefined) return weight
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
