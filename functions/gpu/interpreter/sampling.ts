/** Linear interpolation along one axis, with half-pixel centres (align_corners = False). */

/** Positions start..end−1 of an axis. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** How the positions of one axis of a label map lie between those of one axis of a map that covers the whole square. */
export interface Sampling {
  /** Positions of the label map. */
  readonly length: number
  /** Which of them are looked at; they are counted from the first of these. */
  readonly positions: Range
  /** Where the label map begins, in shares of the square's side. */
  readonly offset: number
  /** How much of the side it covers, as a share. */
  readonly extent: number
  /** Positions of the other map along the whole side. */
  readonly sourceLength: number
  /** Those of them that there are to read. */
  readonly kept: Range
}

/** An axis of a label map of the whole square. */
export function wholeAxis(length: number, sourceLength: number): Sampling {
  const positions = { start: 0, end: length }
  return { length, positions, offset: 0, extent: 1, sourceLength, kept: { start: 0, end: sourceLength } }
}

/** Where a position lies between those of the other map, beyond its borders, too. Positions are the centres of pixels. */
export function sourcePosition(position: number, sampling: Sampling): number {
  const { length, positions, offset, extent, sourceLength } = sampling
  // Offset and extent are exact in float64 and so is all but the division: positions that coincide do so to the bit.
  return ((offset * length + (positions.start + position + 0.5) * extent) * sourceLength) / length - 0.5
}

/** @returns the two positions, counted from the first that is kept, and the share of the second */
export function interpolate(position: number, sampling: Sampling): readonly [number, number, number] {
  const { start, end } = sampling.kept
  const source = Math.max(0, sourcePosition(position, sampling))
  const first = Math.min(Math.floor(source), end - 1)
  return [first - start, Math.min(first + 1, end - 1) - start, source - first]
}

/** The kept positions that the given ones of the label map need, counted from the first that is kept. */
export function sourceRange(target: Range, sampling: Sampling): Range {
  const [start] = interpolate(target.start, sampling)
  const [, last] = interpolate(target.end - 1, sampling)
  return { start, end: last + 1 }
}

/** The same, keeping no more than the label map reads. One of the whole side keeps all. */
export function trimmed(sampling: Sampling): Sampling {
  if (sampling.extent === 1) return sampling
  return keepingRead(sampling)
}

/** Some positions of the label map alone, and what they read. */
export function partOf(sampling: Sampling, positions: Range): Sampling {
  return keepingRead({ ...sampling, positions })
}

function keepingRead(sampling: Sampling): Sampling {
  const { positions, sourceLength } = sampling
  const whole = { ...sampling, kept: { start: 0, end: sourceLength } }
  const [start] = interpolate(0, whole)
  const [first, second, share] = interpolate(positions.end - positions.start - 1, whole)
  return { ...sampling, kept: { start, end: (share > 0 ? second : first) + 1 } }
}

/** The positions of the other map that the label map covers, where its borders lie between two of them. */
export function coveredRange({ offset, extent, sourceLength }: Sampling): Range | undefined {
  const [start, end] = [offset * sourceLength, (offset + extent) * sourceLength]
  return Number.isInteger(start) && Number.isInteger(end) ? { start, end } : undefined
}

/** Whether every position of the label map is one that is kept, in order. */
export function coincides(sampling: Sampling): boolean {
  const covered = coveredRange(sampling)
  const { length, kept } = sampling
  return covered !== undefined && covered.end - covered.start === length && kept.end - kept.start === length
}
