/**
 * How often each part was predicted as each part. The one thing here that is written to: accumulate label maps into it,
 * then read the measures.
 */
export interface ConfusionMatrix {
  /** Number of parts, the background included. */
  readonly parts: number
  /** Pixel counts, [parts, parts], row = truth, column = prediction. */
  readonly counts: Float64Array
}

/**
 * What a part that occurs neither in the truth nor in the prediction does to mIoU; the background always counts.
 * - `absentAsZero`: it counts as 0. What the code published with DatasetGAN computes.
 * - `presentOnly`: it is left out of the mean. The usual definition.
 */
export type MeanIouDefinition = 'absentAsZero' | 'presentOnly'

export interface MeanIou {
  readonly definition: MeanIouDefinition
  /** 0..1 */
  readonly value: number
  /** How many parts the mean is over. */
  readonly parts: number
}

/** A measure is not defined for what was given: the message says why, with which value. */
export class MetricError extends Error {
  override readonly name = 'MetricError'
}

/** An empty confusion matrix over `parts` parts. */
export function confusionMatrix(parts: number): ConfusionMatrix {
  if (!Number.isInteger(parts) || parts < 1)
    throw new MetricError(`a confusion matrix has 1 part or more, not ${parts}`)
  return { parts, counts: new Float64Array(parts * parts) }
}

/**
 * Adds one image to the matrix.
 * @param truth, prediction label maps of one size: part ids in any pixel order that both share
 * @throws {MetricError} on different sizes, or an id outside the matrix; nothing is added then
 */
export function addLabelMaps(confusion: ConfusionMatrix, truth: Uint8Array, prediction: Uint8Array): void {
  const { parts, counts } = confusion
  if (truth.length !== prediction.length) {
    throw new MetricError(`label maps differ in size: ${truth.length} pixels of truth, ${prediction.length} predicted`)
  }
  for (const [what, labelMap] of [
    ['truth', truth],
    ['prediction', prediction],
  ] as const) {
    const unknown = labelMap.find((id) => id >= parts)
    if (unknown !== undefined) throw new MetricError(`the ${what} holds part ${unknown}; ids go up to ${parts - 1}`)
  }
  for (let pixel = 0; pixel < truth.length; pixel++) {
    const cell = (truth[pixel] ?? 0) * parts + (prediction[pixel] ?? 0)
    counts[cell] = (counts[cell] ?? 0) + 1
  }
}

/**
 * The matrix at another level of the partonomy: what it would be, had both label maps been merged first.
 * @param mapping old id → new id, as `mergeAtLevel` gives it
 */
export function mergeConfusion(confusion: ConfusionMatrix, mapping: Uint8Array): ConfusionMatrix {
  if (mapping.length !== confusion.parts) {
    throw new MetricError(`the mapping is for ${mapping.length} parts, the confusion matrix for ${confusion.parts}`)
  }
  const merged = confusionMatrix(Math.max(...mapping) + 1)
  for (const [truth, newTruth] of mapping.entries()) {
    for (const [prediction, newPrediction] of mapping.entries()) {
      const cell = newTruth * merged.parts + newPrediction
      merged.counts[cell] = (merged.counts[cell] ?? 0) + count(confusion, truth, prediction)
    }
  }
  return merged
}

/**
 * Intersection over union of each part over all pixels added, 0..1; null for a part that occurs neither in the truth nor
 * in the prediction.
 */
export function intersectionOverUnion(confusion: ConfusionMatrix): (number | null)[] {
  return partIds(confusion).map((part) => {
    const intersection = count(confusion, part, part)
    const union = sum(row(confusion, part)) + sum(column(confusion, part)) - intersection
    return union === 0 ? null : intersection / union
  })
}

/**
 * Mean IoU over the whole test set, the background included, in the definition that was asked for.
 * @throws {MetricError} where no pixel was added
 */
export function meanIou(confusion: ConfusionMatrix, definition: MeanIouDefinition): MeanIou {
  const values = intersectionOverUnion(confusion)
  const present = values.filter((value) => value !== null)
  if (present.length === 0) throw new MetricError('mIoU of nothing: no pixel was added to the confusion matrix')
  const parts = definition === 'presentOnly' ? present.length : values.length
  return { definition, value: sum(present) / parts, parts }
}

/**
 * The share of pixels whose part is right, 0..1.
 * @throws {MetricError} where no pixel was added
 */
export function pixelAccuracy(confusion: ConfusionMatrix): number {
  const pixels = sum(confusion.counts)
  if (pixels === 0) throw new MetricError('accuracy of nothing: no pixel was added to the confusion matrix')
  return sum(partIds(confusion).map((part) => count(confusion, part, part))) / pixels
}

/**
 * Spearman's rank correlation, -1..1: Pearson's correlation of the ranks, ties sharing the mean of their ranks.
 * @throws {MetricError} on different lengths, fewer than two values, a NaN, or values that are all the same
 */
export function spearmanCorrelation(first: ArrayLike<number>, second: ArrayLike<number>): number {
  if (first.length !== second.length) {
    throw new MetricError(`a correlation pairs values: ${first.length} do not pair with ${second.length}`)
  }
  if (first.length < 2) throw new MetricError(`a correlation needs two pairs of values or more, not ${first.length}`)
  const firstRanks = ranks(Array.from(first))
  const secondRanks = ranks(Array.from(second))
  const mean = (first.length + 1) / 2
  const products = firstRanks.map((rank, index) => (rank - mean) * ((secondRanks[index] ?? mean) - mean))
  const spread = (values: readonly number[]): number => Math.sqrt(sum(values.map((rank) => (rank - mean) ** 2)))
  const scale = spread(firstRanks) * spread(secondRanks)
  if (scale === 0) throw new MetricError('the correlation of values that are all the same is not defined')
  return sum(products) / scale
}

function ranks(values: readonly number[]): number[] {
  if (values.some(Number.isNaN)) throw new MetricError('a correlation cannot rank NaN')
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value)
  const result = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (order[end]?.value === order[start]?.value && end < order.length) end++
    for (const { index } of order.slice(start, end)) result[index] = (start + 1 + end) / 2
    start = end
  }
  return result
}

const partIds = (confusion: ConfusionMatrix): number[] => Array.from({ length: confusion.parts }, (_, part) => part)

const count = (confusion: ConfusionMatrix, truth: number, prediction: number): number =>
  confusion.counts[truth * confusion.parts + prediction] ?? 0

const row = (confusion: ConfusionMatrix, truth: number): number[] =>
  partIds(confusion).map((prediction) => count(confusion, truth, prediction))

const column = (confusion: ConfusionMatrix, prediction: number): number[] =>
  partIds(confusion).map((truth) => count(confusion, truth, prediction))

const sum = (values: Iterable<number>): number => {
  let total = 0
  for (const value of values) total += value
  return total
}
