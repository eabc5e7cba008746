/** Every knob of semi-supervised training, and its default. */
import { SegmenterError } from '../errors.ts'
import { defaultSegmenterFitOptions, type SegmenterFitOptions } from '../fitSegmenter.ts'

/** How the losses of s4GAN are put together. */
export interface S4GanWeights {
  /** Weight of feature matching, λ_fm. */
  readonly featureMatching: number
  /** Weight of self-training, λ_st. */
  readonly selfTraining: number
  /** What the discriminator has to think of a prediction for it to be learned from, γ: 0..1. */
  readonly scoreThreshold: number
}

export interface S4GanOptions extends S4GanWeights {
  /** Images without labels per step. */
  readonly unlabelledBatch: number
  /** Channels of the discriminator's first layer; the last has eight times as many. */
  readonly discriminatorWidth: number
  /** First rate of the discriminator's Adam; it falls to zero as the segmenter's does. */
  readonly discriminatorRate: number
}

/** The second branch: a classifier of whole images and its mean teacher. */
export interface ClassifierFitOptions {
  /** Upper limit of optimizer steps. */
  readonly steps: number
  /** First rate of Adam; it falls to zero over the steps. */
  readonly learningRate: number
  /** How much of itself the teacher keeps in a step, 0..1. */
  readonly teacherDecay: number
  /** Weight of the consistency with the teacher, once it has risen. */
  readonly consistency: number
  /** Share of the steps over which that weight rises, 0..1. */
  readonly rampUp: number
}

export interface SemiSupervisedFitOptions extends SegmenterFitOptions, S4GanOptions {
  /** Null leaves the second branch out. */
  readonly classifier: ClassifierFitOptions | null
}

/**
 * Weights, threshold and the discriminator's rate are the paper's. The teacher's decay is lower than the 0.999 that is usual
 * over tens of thousands of steps: after the hundreds of steps here, such a teacher would still be the mean of all students.
 */
export const defaultSemiSupervisedFitOptions: SemiSupervisedFitOptions = {
  ...defaultSegmenterFitOptions,
  batch: 8,
  unlabelledBatch: 8,
  featureMatching: 0.1,
  selfTraining: 1,
  scoreThreshold: 0.6,
  discriminatorWidth: 64,
  discriminatorRate: 1e-4,
  classifier: { steps: 300, learningRate: 1e-3, teacherDecay: 0.99, consistency: 1, rampUp: 0.4 },
}

/** @throws SegmenterError names the first option that is out of its range */
export function checkSemiSupervisedOptions(options: SemiSupervisedFitOptions): void {
  const { steps, batch, unlabelledBatch, discriminatorWidth, classifier } = options
  for (const [name, value] of Object.entries({ steps, batch, unlabelledBatch, discriminatorWidth }))
    requireCount(name, value)
  const { featureMatching, selfTraining, scoreThreshold, discriminatorRate } = options
  for (const [name, value] of Object.entries({ featureMatching, selfTraining, discriminatorRate }))
    requireAmount(name, value)
  requireShare('scoreThreshold', scoreThreshold)
  if (classifier === null) return
  requireCount('classifier.steps', classifier.steps)
  requireAmount('classifier.learningRate', classifier.learningRate)
  requireAmount('classifier.consistency', classifier.consistency)
  requireShare('classifier.teacherDecay', classifier.teacherDecay)
  requireShare('classifier.rampUp', classifier.rampUp)
}

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) refuse(name, value, 'a whole number from 1')
}

function requireAmount(name: string, value: number): void {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) refuse(name, value, '0 or a positive number')
}

function requireShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) refuse(name, value, '0 to 1')
}

function refuse(name: string, value: number, expected: string): never {
  throw new SegmenterError(`${name} of semi-supervised training is ${value}, expected ${expected}`)
}
