import type { LabelledImages } from './labelledImages.ts'

/** Loss weights of the classes: balanced, or 1 for each. @returns [classes] */
export function classWeightsOf(images: LabelledImages, classes: number, isBalanced: boolean): Float32Array {
  return isBalanced ? balancedClassWeights(images, classes) : new Float32Array(classes).fill(1)
}

/**
 * Weights 1 / √share of the classes, so that rare parts are learned, too: scaled to a mean of 1 over the classes that
 * occur; a class that does not occur weighs 1, which changes nothing.
 * @returns [classes]
 */
export function balancedClassWeights({ labels }: LabelledImages, classes: number): Float32Array {
  const counts = new Float64Array(classes)
  for (const label of labels) if (label < classes) counts[label] = (counts[label] ?? 0) + 1
  const raw = counts.map((count) => (count === 0 ? 0 : 1 / Math.sqrt(count)))
  const present = raw.filter((weight) => weight > 0)
  const mean = present.reduce((sum, weight) => sum + weight, 0) / Math.max(1, present.length)
  return Float32Array.from(raw, (weight) => (weight === 0 ? 1 : weight / mean))
}
