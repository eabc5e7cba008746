import type { Arm, TrialRecord } from '../../../../schemas/experiment.ts'
import type { FusedLabeler } from '../../segmenter/semiSupervised/labelWithFusion.ts'
import type { TrialContext } from './context.ts'
import { fitAnnotated, fitLearning, fitOurs } from './generatedArms.ts'
import { holdOut, type Learning } from './learning.ts'
import { fitSemiSupervisedArm } from './semiSupervisedArm.ts'
import { fitTransfer } from './transferArm.ts'

/** What an arm came to: a segmenter, and in the semi-supervised arm a classifier beside it. */
export interface ArmFit extends FusedLabeler {
  readonly learning: Learning
  /** Optimizer steps of all segmenters that it took. */
  readonly steps: number
  readonly interpreter?: TrialRecord['interpreter']
  readonly notes?: readonly string[]
}

/** Trains an arm's segmenter. @throws ExperimentError where the data cannot serve the arm; what trainings throw */
export async function fitArm(context: TrialContext, arm: Arm): Promise<ArmFit> {
  if (arm.kind === 'supervised') return fitSupervised(context, arm.images)
  if (arm.kind === 'transfer') return fitTransfer(context)
  if (arm.kind === 'semi-supervised') return fitSemiSupervisedArm(context, arm)
  if (arm.kind === 'annotated') return fitAnnotated(context, arm)
  return fitOurs(context, arm)
}

async function fitSupervised(context: TrialContext, count: number): Promise<ArmFit> {
  const { data, settings, trial } = context
  const images = await data.real.take(count, trial.randomSeed)
  return fitLearning(context, holdOut(images, settings.segmenter.heldOutShare, trial.randomSeed))
}
