import type { ProjectSettings } from '../../../schemas/project.ts'
import type { SegmenterOptions, SegmenterWish } from '../../../schemas/segmenter.ts'
import { defaultSegmenterFitOptions } from '../segmenter/fitSegmenter.ts'
import { networkSides } from '../segmenter/segmenter.ts'

/** Longest side of the network's images where nobody asks for more: larger ones take two cores too long. */
const longestSide = 256

/**
 * All options of a segmenter's training: those wished for, else what was found by measurement. The images keep the ratio of
 * the dataset's label maps.
 * @param isPretrained whether it begins with given weights, which large steps would spoil
 */
export function segmenterOptions(
  { labelWidth, labelHeight }: Pick<ProjectSettings, 'labelWidth' | 'labelHeight'>,
  wish: SegmenterWish = {},
  isPretrained = false,
): SegmenterOptions {
  const scale = Math.min(1, longestSide / Math.max(labelWidth, labelHeight))
  const side = (length: number): number => Math.max(networkSides.least, Math.round(length * scale))
  const { backbone = 'small' } = wish
  const { learningRate, batch, ...defaults } = defaultSegmenterFitOptions
  return {
    ...defaults,
    backbone,
    width: side(labelWidth),
    height: side(labelHeight),
    augment: true,
    heldOutShare: 0.1,
    // The small one can afford finer features; on images of 128² they are worth a mIoU of 0.08.
    outputStride: backbone === 'small' ? 8 : 16,
    batch: backbone === 'small' ? batch : 8,
    learningRate: isPretrained || backbone !== 'small' ? learningRate / 10 : learningRate,
    ...withoutGaps(wish),
  }
}

/** What is named and left undefined is not wished for. */
function withoutGaps(wish: SegmenterWish) {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))
}
