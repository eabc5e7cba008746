/** Sets of images of one size, joined and taken apart. */
import type { HostTensor } from '../onnx/hostTensor.ts'
import type { LabelledImages } from './labelledImages.ts'

/** All images of all sets, one after another; no set leaves no image of no size. */
export function joinImages(sets: readonly LabelledImages[]): LabelledImages {
  return {
    count: sets.reduce((sum, { count }) => sum + count, 0),
    size: sets[0]?.size ?? { width: 0, height: 0 },
    images: joinBytes(sets.map(({ images }) => images)),
    labels: joinBytes(sets.map(({ labels }) => labels)),
  }
}

/** The images first..first+count−1, without a copy. */
export function imagesFrom({ size, images, labels }: LabelledImages, first: number, count: number): LabelledImages {
  const pixels = size.width * size.height
  return {
    count,
    size,
    images: images.subarray(3 * pixels * first, 3 * pixels * (first + count)),
    labels: labels.subarray(pixels * first, pixels * (first + count)),
  }
}

/** Minibatches of a call's steps: images uint8 [steps, batch, height, width, 3], labels uint8 [steps, batch, height, width]. */
export function stackImages(steps: readonly LabelledImages[]): {
  readonly images: HostTensor
  readonly labels: HostTensor
} {
  const { size, count, images, labels } = joinImages(steps)
  const shape = [steps.length, count / steps.length, size.height, size.width]
  return {
    images: { dtype: 'uint8', shape: [...shape, 3], data: images },
    labels: { dtype: 'uint8', shape, data: labels },
  }
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
