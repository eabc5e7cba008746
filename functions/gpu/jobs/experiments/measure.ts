import type { MeasuredIou } from '../../../../schemas/experiment.ts'
import { confusionMatrix, intersectionOverUnion, meanIou } from '../../../factory/metrics.ts'
import { addKnown } from '../../segmenter/heldOut.ts'
import { checkLabelledImages, type LabelledImages } from '../../segmenter/labelledImages.ts'
import { type FusedLabeler, labelWithFusion } from '../../segmenter/semiSupervised/labelWithFusion.ts'
import type { ExperimentContext } from './context.ts'

export interface Measure {
  readonly miou: MeasuredIou
  /** IoU of each part; null where it occurs in neither truth nor prediction. */
  readonly parts: readonly (number | null)[]
}

/** What a segmenter makes of labelled images. @throws SegmenterError where they do not fit it */
export async function measureSegmenter(
  { engine, signal }: Pick<ExperimentContext, 'engine' | 'signal'>,
  labeler: FusedLabeler,
  images: LabelledImages,
): Promise<Measure> {
  const { network } = labeler.segmenter
  checkLabelledImages(images, network)
  return measureLabels(network.classes, images.labels, await labelWithFusion(engine, labeler, images, { signal }))
}

/** What label maps are worth beside true ones, where those are known. @param truth, labels [count, height, width] */
export function measureLabels(classes: number, truth: Uint8Array, labels: Uint8Array): Measure {
  const confusion = confusionMatrix(classes)
  addKnown(confusion, truth, labels)
  return {
    miou: {
      presentOnly: meanIou(confusion, 'presentOnly').value,
      absentAsZero: meanIou(confusion, 'absentAsZero').value,
    },
    parts: intersectionOverUnion(confusion),
  }
}
