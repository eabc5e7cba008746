/**
 * Trains a segmenter on few labelled images and many without labels (Mittal, Tatarchenko and Brox, "Semi-Supervised
 * Semantic Segmentation with High- and Low-level Consistency", TPAMI 2019): s4GAN, and beside it, as the second branch, a
 * classifier that says which classes an image has at all.
 */
import type { Engine } from '../../onnx/engine.ts'
import type { FitHooks, LossPoint } from '../../onnx/fit.ts'
import type { HeldOutMeasure } from '../heldOut.ts'
import type { Segmenter } from '../segmenter.ts'
import { fitClassifier } from './fitClassifier.ts'
import { fitS4Gan, type S4GanPoint } from './fitS4Gan.ts'
import type { ImageClassifier } from './imageClassifier.ts'
import { checkSemiSupervisedOptions, type SemiSupervisedFitOptions } from './options.ts'
import { checkProblem, type SemiSupervisedProblem } from './problem.ts'

export { defaultSemiSupervisedFitOptions, type SemiSupervisedFitOptions } from './options.ts'
export type { SemiSupervisedProblem } from './problem.ts'
export type { UnlabelledImages } from './unlabelledImages.ts'

/**
 * `onProgress` tells of the segmenter's looks; `onSteps` counts the classifier's steps behind all of the
 * segmenter's, also where those stop early.
 */
export type SemiSupervisedHooks = Omit<FitHooks, 'onCheckpoint'>

export interface SemiSupervisedFit {
  readonly segmenter: Segmenter
  /** The teacher of the second branch, where the options have one. */
  readonly classifier?: ImageClassifier
  readonly history: readonly S4GanPoint[]
  /** Looks at the teacher: its binary cross entropy on the images that choose weights. Empty without a classifier. */
  readonly classifierHistory: readonly LossPoint[]
  /** What the segmenter alone reaches on the images that were held out, where there are such. */
  readonly heldOut?: HeldOutMeasure
}

/**
 * The same problem and options give the same bytes, on one device with one number of threads.
 * @throws SegmenterError where an option is out of its range, or images do not fit the network; TrainingError where a loss
 *   is not finite, or the schedule makes no sense; the signal's reason
 */
export async function fitSemiSupervised(
  engine: Engine,
  problem: SemiSupervisedProblem,
  options: SemiSupervisedFitOptions,
  hooks: SemiSupervisedHooks = {},
): Promise<SemiSupervisedFit> {
  checkSemiSupervisedOptions(options)
  checkProblem(problem)
  const { steps, classifier: second } = options
  const allSteps = steps + (second?.steps ?? 0)
  const onSteps = (done: number): void => hooks.onSteps?.(done, allSteps)
  const { segmenter, history, measure } = await fitS4Gan(engine, problem, options, { ...hooks, onSteps })
  const first = { segmenter, history, ...(problem.heldOut === undefined ? {} : { heldOut: measure }) }
  if (second === null) return { ...first, classifierHistory: [] }
  const { classifier, history: classifierHistory } = await fitClassifier(
    engine,
    problem,
    { ...options, ...second },
    {
      ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
      onSteps: (done) => onSteps(steps + done),
    },
  )
  return { ...first, classifier, classifierHistory }
}
