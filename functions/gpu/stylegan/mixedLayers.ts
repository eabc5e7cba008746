/**
 * The layers of a generator by what they change (StyleGAN, section 3.1): two for each side of the image, 0 and 1 for
 * side 4, 2 and 3 for side 8, and so on. Layer 3, say, is the image of side 8 and the first convolution of side 16: see
 * `synthesis`.
 */
export const layerGroups = {
  /** Sides 4 and 8: pose, shape of the face, glasses. */
  coarse: { from: 0, to: 3 },
  /** Sides 16 and 32: features, hair, whether eyes are open. */
  middle: { from: 4, to: 7 },
  /** Side 64 and above: colours and fine structure. */
  fine: { from: 8, to: Number.POSITIVE_INFINITY },
} as const
export type LayerGroup = keyof typeof layerGroups

export function isLayerGroup(name: string): name is LayerGroup {
  return Object.hasOwn(layerGroups, name)
}

/**
 * The layers of a group that a generator has: none, where its images are too small.
 * @param count of the generator's layers
 */
export function layersOfGroup(group: LayerGroup, count: number): readonly number[] {
  const { from, to } = layerGroups[group]
  return Array.from({ length: Math.max(0, Math.min(to + 1, count) - from) }, (_, index) => from + index)
}
