import { concat, reshape, slice } from '../onnx/ops/layout.ts'
import { bilinearResize } from '../onnx/ops/resize.ts'
import { knownShape } from '../onnx/shape.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { type LabelFrame, samplings } from './labelFrame.ts'
import { coveredRange, partOf, type Range, type Sampling, trimmed, wholeAxis } from './sampling.ts'

/** The taps that share a size, joined along channels: [channels, height, width], as far as the label map reads them. */
export interface TapGroup {
  readonly height: number
  readonly width: number
  /** Whether its positions are those of the label map. */
  readonly isFull: boolean
  /** How the label map's rows and columns read it. */
  readonly rows: Sampling
  readonly columns: Sampling
  readonly channels: number
  readonly features: Tensor
  /** The same by tap, not joined: [channels of the tap, positions] each. */
  readonly taps: readonly Tensor[]
  /** Where each of its channels stands in the pixel features. */
  readonly places: readonly number[]
}

/**
 * Groups taps by size. Taps larger than the label map are reduced to its size first: there the layer costs less.
 * @param taps [1, channels, side, side] each
 */
export function groupTaps(taps: readonly Tensor[], frame: LabelFrame): readonly TapGroup[] {
  const groups = new Map<number, { readonly cut: Cut; readonly tensors: Tensor[]; readonly places: number[] }>()
  let place = 0
  for (const tap of taps) {
    const [, channels = 0, side = 0] = knownShape(tap, 'groupTaps')
    const cut = cutOf(frame, side)
    const key = cut.isFull ? 0 : side
    const group = groups.get(key) ?? { cut, tensors: [], places: [] }
    group.tensors.push(reshape(cutTap(tap, cut), [channels, cut.height * cut.width]))
    for (let channel = 0; channel < channels; channel++) group.places.push(place++)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ cut: { covered: _, ...size }, tensors, places }) => ({
    ...size,
    channels: places.length,
    features: concat(tensors, 0),
    taps: tensors,
    places,
  }))
}

/** What is taken of a tap, and how the label map reads that. */
interface Cut extends Pick<TapGroup, 'height' | 'width' | 'isFull' | 'rows' | 'columns'> {
  /** Rows and columns of the tap. */
  readonly covered: readonly [Range, Range]
}

function cutOf(frame: LabelFrame, side: number): Cut {
  const { rows, columns } = samplings(frame, side)
  const { height, width } = frame.size
  const [down, across] = [coveredRange(rows), coveredRange(columns)]
  const isLarger = rows.extent * columns.extent * side * side >= height * width
  if (isLarger && down !== undefined && across !== undefined && isReducible(rows) && isReducible(columns)) {
    const [own, beside] = [wholeAxis(height, height), wholeAxis(width, width)]
    return { height, width, isFull: true, rows: own, columns: beside, covered: [down, across] }
  }
  const [inRows, inColumns] = [trimmed(rows), trimmed(columns)]
  return {
    height: inRows.kept.end - inRows.kept.start,
    width: inColumns.kept.end - inColumns.kept.start,
    isFull: false,
    rows: inRows,
    columns: inColumns,
    covered: [inRows.kept, inColumns.kept],
  }
}

/** Whether a tap may be cut to the label map's borders first: an enlargement would need what lies beyond them. */
function isReducible({ extent, sourceLength, length }: Sampling): boolean {
  return extent === 1 || extent * sourceLength >= length
}

function cutTap(tap: Tensor, { isFull, height, width, covered }: Cut): Tensor {
  const parts = covered
    .map(({ start, end }, index) => ({ axis: index + 2, start, end }))
    .filter(({ axis, start, end }) => end - start < Number(tap.shape[axis]))
  const part = parts.length === 0 ? tap : slice(tap, parts)
  return isFull ? bilinearResize(part, [height, width]) : part
}

/** The same for some rows of the label map alone. */
export function rowsOfGroup(group: TapGroup, labelRows: Range): TapGroup {
  const rows = partOf(group.rows, labelRows)
  const start = (rows.kept.start - group.rows.kept.start) * group.width
  const height = rows.kept.end - rows.kept.start
  const cut = (tensor: Tensor): Tensor => slice(tensor, [{ axis: 1, start, end: start + height * group.width }])
  return { ...group, height, rows, features: cut(group.features), taps: group.taps.map(cut) }
}
