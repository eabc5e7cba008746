import type { LabelledImages } from '../labelledImages.ts'

/**
 * Which classes occur in the images' label maps, be it in one pixel. What hides in pixels of which nothing is known does not count.
 * @returns [count, classes], 1 where a class occurs, else 0
 */
export function presentClasses({ count, size, labels }: LabelledImages, classes: number): Float32Array {
  const pixels = size.width * size.height
  const present = new Float32Array(count * classes)
  for (let image = 0; image < count; image++)
    for (const label of new Set(labels.subarray(image * pixels, (image + 1) * pixels)))
      if (label < classes) present[image * classes + label] = 1
  return present
}
