/** Which trials an experiment consists of. */
import type { Arm, OursArm, Trial } from '../../../../schemas/experiment.ts'
import type { SegmenterOptions } from '../../../../schemas/segmenter.ts'
import { sha256Of } from '../../../../schemas/sha256.ts'
import { segmenterOptions } from '../segmenterOptions.ts'
import type { JobTuning } from '../tuning.ts'
import { armName, armSlug, standardArm, whyNot } from './arms.ts'
import { type ExperimentData, ExperimentError } from './data.ts'

export const presetNames = ['quick', 'full'] as const
export type PresetName = (typeof presetNames)[number]

/** All that decides results, but for data, arm and random seed. */
export interface ExperimentSettings {
  /** Of every segmenter; the trial's random seed takes the place of theirs. */
  readonly segmenter: SegmenterOptions
  /** Images without labels that the semi-supervised arms see at most. */
  readonly unlabelled: number
  /** Images of another kind that the transfer learns first, at most. */
  readonly elsewhere: number
  /** Of the runs' trainings, where it differs from the defaults. */
  readonly tuning?: Partial<JobTuning>
}

export interface LeftOut {
  readonly name: string
  readonly reason: string
}

export interface Plan {
  readonly preset: PresetName
  readonly settings: ExperimentSettings
  /** In the order in which they are done: those of one random seed, then those of the next. */
  readonly trials: readonly Trial[]
  readonly leftOut: readonly LeftOut[]
}

interface Preset {
  readonly randomSeeds: readonly number[]
  readonly steps: number
  readonly unlabelled: number
  readonly elsewhere: number
  /** Real images with labels. */
  readonly supervised: readonly number[]
  readonly semiSupervised: readonly boolean[]
  readonly ours: (standard: (generated: number) => OursArm) => readonly OursArm[]
  readonly annotated: readonly number[]
}

const presets: Readonly<Record<PresetName, Preset>> = {
  quick: {
    randomSeeds: [0],
    steps: 100,
    unlabelled: 500,
    elsewhere: 1000,
    supervised: [16, 1000],
    semiSupervised: [false],
    ours: (standard) => [standard(1000)],
    annotated: [1000],
  },
  full: {
    randomSeeds: [0, 1, 2],
    steps: 1200,
    unlabelled: 5000,
    elsewhere: 5000,
    supervised: [16, 100, 1000, 3000, 5000],
    semiSupervised: [false, true],
    ours: (standard) => fullGrid(standard(3000)),
    annotated: [3000],
  },
}

/** One knob at a time is turned away from the standard. */
function fullGrid(standard: OursArm): readonly OursArm[] {
  return [
    standard,
    ...[1000, 10_000].map((generated) => ({ ...standard, generated })),
    ...[0, 0.05, 0.2].map((filter) => ({ ...standard, filter })),
    ...[1, 5, 30].map((seeds) => ({ ...standard, seeds })),
    ...[0.5, 0.7, 1].filter((psi) => psi !== standard.truncation).map((truncation) => ({ ...standard, truncation })),
    ...[1, 3].map((members) => ({ ...standard, members })),
    { ...standard, chosen: 'disagreement' },
    { ...standard, labeler: 'ensemble' },
  ]
}

export interface PlanWish {
  readonly preset: PresetName
  /** Words that choose arms: an arm is tried if its word, or the beginning of it up to a hyphen, is among them. */
  readonly only?: readonly string[] | undefined
  /** Optimizer steps of each segmenter, instead of the preset's. */
  readonly steps?: number | undefined
  readonly backbone?: SegmenterOptions['backbone'] | undefined
}

/**
 * The trials of a preset that the data can serve.
 * @throws ExperimentError where a word chooses no arm
 */
export function planExperiment(data: ExperimentData, { preset: name, only, ...wish }: PlanWish): Plan {
  const preset = presets[name]
  const { width, height } = data.size
  const steps = wish.steps ?? preset.steps
  const interval = Math.max(1, Math.ceil(steps / 10))
  const options = segmenterOptions(
    { labelWidth: width, labelHeight: height },
    // All arms learn for the same number of steps; the best of ten looks counts.
    { steps, interval, patience: 10, ...(wish.backbone === undefined ? {} : { backbone: wish.backbone }) },
    data.elsewhere?.kind === 'weights',
  )
  const { unlabelled, elsewhere } = preset
  const settings = { segmenter: options, unlabelled, elsewhere }
  const chosen = chooseArms(armsOf(preset, data), only)
  const reasons = chosen.map((arm) => ({ arm, name: armName(arm), reason: whyNot(arm, data) }))
  const arms = reasons.filter(({ reason }) => reason === undefined).map(({ arm }) => arm)
  return {
    preset: name,
    settings,
    trials: trialsOf(data, settings, arms, preset.randomSeeds),
    leftOut: reasons.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }])),
  }
}

/** Each arm with each random seed. */
export function trialsOf(
  data: Pick<ExperimentData, 'fingerprint'>,
  settings: ExperimentSettings,
  arms: readonly Arm[],
  randomSeeds: readonly number[],
): readonly Trial[] {
  return randomSeeds.flatMap((randomSeed) =>
    arms.map((arm) => ({ id: trialId(data, settings, arm, randomSeed), arm, randomSeed })),
  )
}

function trialId(
  { fingerprint }: Pick<ExperimentData, 'fingerprint'>,
  { segmenter: { seed: _, ...segmenter }, unlabelled, elsewhere, tuning }: ExperimentSettings,
  arm: Arm,
  randomSeed: number,
): string {
  const used = {
    ...(arm.kind === 'semi-supervised' ? { unlabelled } : {}),
    ...(arm.kind === 'transfer' ? { elsewhere } : {}),
    ...(arm.kind === 'ours' || arm.kind === 'annotated' ? { tuning } : {}),
  }
  return sha256Of(JSON.stringify([fingerprint, segmenter, used, armSlug(arm), randomSeed])).slice(0, 16)
}

function armsOf({ supervised, semiSupervised, ours, annotated }: Preset, { real, seeds }: ExperimentData): Arm[] {
  // Of less data than the preset asks for, all is the largest amount.
  const counts = supervised.filter((images) => images <= real.available)
  if (counts.length < supervised.length && !counts.includes(real.available)) counts.push(real.available)
  return [
    ...counts.map((images) => ({ kind: 'supervised' as const, images })),
    { kind: 'transfer' },
    ...semiSupervised.map((classification) => ({ kind: 'semi-supervised' as const, classification })),
    ...annotated.map((generated) => ({ kind: 'annotated' as const, generated })),
    ...ours((generated) => standardArm(seeds, generated)).filter(isFirstOfItsKind),
  ]
}

function isFirstOfItsKind(arm: Arm, place: number, all: readonly Arm[]): boolean {
  return all.findIndex((other) => armSlug(other) === armSlug(arm)) === place
}

function chooseArms(arms: readonly Arm[], words: readonly string[] | undefined): readonly Arm[] {
  if (words === undefined) return arms
  const matches = (arm: Arm, word: string): boolean => armSlug(arm) === word || armSlug(arm).startsWith(`${word}-`)
  const idle = words.find((word) => !arms.some((arm) => matches(arm, word)))
  if (idle !== undefined)
    throw new ExperimentError(`no arm is called ${idle}: there are ${arms.map(armSlug).join(', ')}`)
  return arms.filter((arm) => words.some((word) => matches(arm, word)))
}
