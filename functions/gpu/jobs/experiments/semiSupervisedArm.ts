/** Semi-supervised learning: the painted seeds, and real images without labels. */
import type { Arm } from '../../../../schemas/experiment.ts'
import { imageChanges } from '../../segmenter/imageChanges.ts'
import {
  defaultSemiSupervisedFitOptions,
  fitSemiSupervised,
  type SemiSupervisedFitOptions,
} from '../../segmenter/semiSupervised/fitSemiSupervised.ts'
import { networkOf, type TrialContext } from './context.ts'
import { ExperimentError } from './data.ts'
import type { ArmFit } from './fitArm.ts'
import { hooksOf } from './learning.ts'
import { seedLearning } from './seedSet.ts'

/** @throws ExperimentError where there are no images without labels */
export async function fitSemiSupervisedArm(
  context: TrialContext,
  { classification }: Extract<Arm, { readonly kind: 'semi-supervised' }>,
): Promise<ArmFit> {
  const { engine, data, settings, trial } = context
  const { unlabelled } = data
  if (unlabelled === undefined) throw new ExperimentError('there are no images without labels')
  const options = optionsOf(context, classification)
  const learning = await seedLearning(context)
  const fit = await fitSemiSupervised(
    engine,
    {
      network: networkOf(context),
      labelled: learning.training,
      heldOut: learning.heldOut,
      unlabelled: await unlabelled.take(Math.min(settings.unlabelled, unlabelled.available)),
      augment: settings.segmenter.augment ? imageChanges(trial.randomSeed) : undefined,
    },
    options,
    hooksOf(context, 'training the segmenter, semi-supervised'),
  )
  return { ...fit, learning, steps: options.steps + (options.classifier?.steps ?? 0) }
}

/** Of a step's images half are labelled and half are not, so that a step sees as many as in other arms. */
function optionsOf({ settings, trial }: TrialContext, classification: boolean): SemiSupervisedFitOptions {
  const { segmenter } = settings
  const { classifier, ...defaults } = defaultSemiSupervisedFitOptions
  const half = Math.max(1, Math.floor(segmenter.batch / 2))
  return {
    ...defaults,
    ...segmenter,
    seed: trial.randomSeed,
    batch: half,
    unlabelledBatch: half,
    classifier: classification && classifier !== null ? { ...classifier, steps: Math.ceil(segmenter.steps / 2) } : null,
  }
}
