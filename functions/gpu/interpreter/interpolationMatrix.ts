import { interpolate, type Range, type Sampling } from './sampling.ts'

/**
 * Bilinear interpolation (align_corners = False) along one axis as a matrix.
 * @param source positions that are kept, counted from the first of them
 * @returns [targets, sources] row-major: targets of `target`, sources of `source`
 */
export function interpolationMatrix(target: Range, source: Range, sampling: Sampling): Float32Array {
  const columns = source.end - source.start
  const matrix = new Float32Array((target.end - target.start) * columns)
  for (let position = target.start; position < target.end; position++) {
    const [first, second, share] = interpolate(position, sampling)
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
