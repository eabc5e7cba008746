/** The losses of s4GAN (Mittal et al. 2019), of the segmenter and of its discriminator. */
import { scalar } from '../../onnx/constant.ts'
import { abs, add, cast, equal, greater, mul, sigmoid, sub, where } from '../../onnx/ops/elementwise.ts'
import { concat, reshape, transpose } from '../../onnx/ops/layout.ts'
import { pixelCrossEntropy } from '../../onnx/ops/pixelCrossEntropy.ts'
import { argMax, reduceMean } from '../../onnx/ops/reduce.ts'
import { oneHot, softmax } from '../../onnx/ops/softmax.ts'
import { knownShape } from '../../onnx/shape.ts'
import type { Tensor } from '../../onnx/tensor.ts'
import { ignoredLabel } from '../labelledImages.ts'
import type { Tensors } from '../layer.ts'
import { binaryCrossEntropy } from './binaryCrossEntropy.ts'
import { discriminator } from './discriminator.ts'
import type { S4GanWeights } from './options.ts'

/** Images and what the segmenter says of them, in the size of the images. */
export interface Segmented {
  /** [batch, 3, height, width], as networks take them. */
  readonly images: Tensor
  /** [batch, classes, height, width]. */
  readonly logits: Tensor
  /**
   * [batch, height, width] integers: class ids, or 255 where nothing is known. Of images without labels, all that counts is
   * whether it is 255: there is no image there.
   */
  readonly labels: Tensor
}

export interface S4GanLosses {
  /** Of the segmenter: supervised + λ_fm · featureMatching + λ_st · selfTraining. */
  readonly segmenter: Tensor
  /** Cross entropy on labelled images. */
  readonly supervised: Tensor
  /** |mean features of painted pairs − mean features of predicted ones|, in the mean over the features. */
  readonly featureMatching: Tensor
  /** Cross entropy of predictions with their own likeliest classes, of the images that are chosen; 0 where there are none. */
  readonly selfTraining: Tensor
  /** Share of the images without labels whose score is above γ. */
  readonly chosen: Tensor
  /** Of the discriminator: binary cross entropy, the mean of that on painted pairs (1) and on predicted ones (0). */
  readonly discriminator: Tensor
}

/**
 * The segmenter's loss is to be differentiated for the segmenter alone, the discriminator's for the discriminator alone.
 *
 * The discriminator sees class distributions in the size of the images, as the logits are enlarged to it: painted ones as
 * one-hot vectors, predicted ones as probabilities. Where nothing is known, or there is no image, all classes are 0 in
 * both, so that what lies around moved images tells nothing.
 * @param parameters the discriminator's
 * @param classWeights [classes], of the supervised loss
 */
export function s4ganLosses(
  labelled: Segmented,
  unlabelled: Segmented,
  parameters: Tensors,
  classWeights: Tensor,
  { featureMatching: matchingWeight, selfTraining: selfWeight, scoreThreshold }: S4GanWeights,
): S4GanLosses {
  const painted = discriminator(concat([labelled.images, paintedClasses(labelled)], 1), parameters)
  const predicted = discriminator(concat([unlabelled.images, predictedClasses(unlabelled)], 1), parameters)
  const isChosen = greater(sigmoid(predicted.logits), scoreThreshold)
  const supervised = pixelCrossEntropy(labelled.logits, labelled.labels, { ignoredLabel, classWeights })
  const difference = sub(reduceMean(painted.features, [0]), reduceMean(predicted.features, [0]))
  const featureMatching = reduceMean(abs(difference))
  const selfTraining = pixelCrossEntropy(unlabelled.logits, ownLabels(unlabelled, isChosen), { ignoredLabel })
  const judged = add(
    reduceMean(binaryCrossEntropy(painted.logits, 1)),
    reduceMean(binaryCrossEntropy(predicted.logits, 0)),
  )
  return {
    segmenter: add(supervised, add(mul(featureMatching, matchingWeight), mul(selfTraining, selfWeight))),
    supervised,
    featureMatching,
    selfTraining,
    chosen: reduceMean(cast(isChosen, predicted.logits.dtype)),
    discriminator: mul(judged, 0.5),
  }
}

/** [batch, classes, height, width]: 1 at the label, 0 elsewhere. */
function paintedClasses({ logits, labels }: Segmented): Tensor {
  const [, classes = 0] = knownShape(logits, 's4GAN')
  return transpose(oneHot(labels, classes, logits.dtype), [0, 3, 1, 2])
}

/** [batch, classes, height, width]: probabilities, 0 where there is no image. */
function predictedClasses({ logits, labels }: Segmented): Tensor {
  const [batch = 0, , height = 0, width = 0] = knownShape(logits, 's4GAN')
  const inside = sub(1, cast(isIgnored(labels), logits.dtype))
  return mul(softmax(logits, 1), reshape(inside, [batch, 1, height, width]))
}

/** [batch, height, width]: the likeliest class within images that are chosen, the ignored label elsewhere. */
function ownLabels({ logits, labels }: Segmented, isChosen: Tensor): Tensor {
  const [batch = 0] = knownShape(logits, 's4GAN')
  const nothing = scalar(ignoredLabel, 'int32')
  const own = where(reshape(isChosen, [batch, 1, 1]), cast(argMax(logits, 1), 'int32'), nothing)
  return where(isIgnored(labels), nothing, own)
}

function isIgnored(labels: Tensor): Tensor {
  return equal(cast(labels, 'int32'), ignoredLabel)
}
