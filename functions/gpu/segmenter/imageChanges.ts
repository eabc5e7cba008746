import { augmentation } from './augmentation.ts'
import { degradation } from './degradation.ts'
import type { LabelledImages } from './labelledImages.ts'

/** Other colours and places, and then other pixels: so a segmenter gets on with images of another kind. */
export function imageChanges(seed: number): (images: LabelledImages, step: number) => LabelledImages {
  const [move, spoil] = [augmentation(seed), degradation(seed)]
  return (images, step) => spoil(move(images, step), step)
}
