import { interpolate } from './pixelFeatures.ts'

/** Rows first..end−1 of a map. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** The source positions that the given targets need. */
export function sourceRange(target: Range, length: number, sourceLength: number): Range {
  const [start] = interpolate(target.start, length, sourceLength)
  const [, last] = interpolate(target.end - 1, length, sourceLength)
  return { start, end: last + 1 }
}

/**
 * Bilinear interpolation (align_corners = False) along one axis as a matrix.
 * @returns [targets, sources] row-major: targets of `target`, sources of `source`
 */
export function interpolationMatrix(target: Range, source: Range, length: number, sourceLength: number): Float32Array {
  const columns = source.end - source.start
  const matrix = new Float32Array((target.end - target.start) * columns)
  for (let position = target.start; position < target.end; position++) {
    const [first, second, share] = interpolate(position, length, sourceLength)
    const row = (position - target.start) * columns - source.start
    matrix[row + first] = (matrix[row + first] ?? 0) + 1 - share
    matrix[row + second] = (matrix[row + second] ?? 0) + share
  }
  return matrix
}

/** [0, length) in pieces of at most `size`. */
export function pieces(length: number, size: number): readonly Range[] {
  const count = Math.ceil(length / size)
  return Array.from({ length: count }, (_, index) => ({
    start: Math.floor((index * length) / count),
    end: Math.floor(((index + 1) * length) / count),
  }))
}
