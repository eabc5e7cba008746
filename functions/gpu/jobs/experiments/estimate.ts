/** How long an experiment will take: arithmetic on measured speeds. */
import type { OursArm, Trial } from '../../../../schemas/experiment.ts'
import { tuningOf } from '../context.ts'
import { distillingSeconds, labelledToBare } from '../speed.ts'
import { standardArm } from './arms.ts'
import type { ExperimentData } from './data.ts'
import type { Speed } from './measureSpeed.ts'
import type { ExperimentSettings } from './plan.ts'

/** A step of s4GAN, of its classifier, and of the last layer alone ÷ a step of the whole segmenter. */
const steps = { semiSupervised: 2.3, classifier: 1, lastLayer: 0.3 }
/** Looks at held-out images during a training, and images of a look. */
const looks = { count: 11, most: 200 }

/** Images of runs that earlier trials have made, by what makes the run. */
type Made = Map<string, number>

/**
 * Seconds of each trial, in order: what an earlier one makes is not made again.
 * @param trials all of them, since those that are done have left what later ones share
 */
export function estimateTrials(
  data: Pick<ExperimentData, 'test' | 'seeds' | 'elsewhere'>,
  settings: ExperimentSettings,
  trials: readonly Trial[],
  speed: Speed,
): readonly number[] {
  const made: Made = new Map()
  return trials.map((trial) => secondsOf(data, settings, trial, speed, made))
}

function secondsOf(
  { test, seeds, elsewhere }: Pick<ExperimentData, 'test' | 'seeds' | 'elsewhere'>,
  settings: ExperimentSettings,
  { arm, randomSeed }: Trial,
  speed: Speed,
  made: Made,
): number {
  const { segmenter } = settings
  const training = (images: number): number =>
    segmenter.steps * speed.step + looks.count * Math.min(looks.most, images * segmenter.heldOutShare) * speed.labelled
  const measuring = test.count * speed.labelled
  if (arm.kind === 'supervised') return training(arm.images) + measuring
  if (arm.kind === 'semi-supervised') {
    const factor = steps.semiSupervised + (arm.classification ? steps.classifier / 2 : 0)
    return factor * segmenter.steps * speed.step + measuring
  }
  if (arm.kind === 'transfer') {
    const before = elsewhere?.kind === 'images' ? training(settings.elsewhere) : 0
    return before + steps.lastLayer * segmenter.steps * speed.step + measuring
  }
  const { generated } = arm
  const run = arm.kind === 'ours' ? arm : standardArm(seeds, generated)
  return runSeconds(run, randomSeed, settings, speed, made) + training(generated) + measuring
}

/** What a run still has to make. */
function runSeconds(
  { generated, seeds, truncation, members, chosen, labeler }: OursArm,
  randomSeed: number,
  settings: ExperimentSettings,
  { image, ensembleStep }: Speed,
  made: Made,
): number {
  const tuning = tuningOf(settings)
  const key = JSON.stringify([randomSeed, seeds, truncation, members, chosen, labeler])
  const there = made.get(key)
  made.set(key, Math.max(generated, there ?? 0))
  const images = Math.max(0, generated - (there ?? 0)) * image * labelledToBare[labeler]
  if (there !== undefined) return images
  const distilling = labeler === 'student' ? distillingSeconds(tuning, image, ensembleStep) : 0
  return images + (tuning.interpreter.steps * ensembleStep * members) / 10 + distilling
}

/**
 * Seconds that are left, corrected by how wrong the estimate was so far.
 * @param estimates of all trials to be done, in order
 * @param done seconds that the first of them took
 */
export function secondsLeft(estimates: readonly number[], done: readonly number[]): number {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const [expected, spent] = [sum(estimates.slice(0, done.length)), sum(done)]
  const left = sum(estimates.slice(done.length))
  return expected > 0 ? (left * spent) / expected : left
}

/** A duration for people: `45 s`, `12 min`, `3.5 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`
  return seconds < 5400 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`
}
