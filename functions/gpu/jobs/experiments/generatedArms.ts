/** Arms that learn from generated images. */
import type { Arm, OursArm, TrialRecord } from '../../../../schemas/experiment.ts'
import { curate } from '../../../factory/curation.ts'
import { nextSeeds } from '../../../factory/nextSeeds.ts'
import type { LabelledImages } from '../../segmenter/labelledImages.ts'
import { readLabelledImages, splitDataset } from '../segmenterData.ts'
import { standardArm } from './arms.ts'
import { networkOf, type TrialContext } from './context.ts'
import { ExperimentError } from './data.ts'
import type { ArmFit } from './fitArm.ts'
import { type GeneratedRequest, type GeneratedSet, generatedSet } from './generatedSet.ts'
import { type Learning, learn } from './learning.ts'
import { measureLabels } from './measure.ts'

/** Where seeds are chosen by disagreement: so many at random first, and then the most disputed of so many images. */
const first = { seeds: 5, images: 300 }
/** Images that the interpreter's labels are held against the annotator's on. */
const compared = 100

/** Filters the first images of a run and learns the rest. */
export async function fitOurs(context: TrialContext, arm: OursArm): Promise<ArmFit> {
  const painted = await chosenSeeds(context, arm)
  const { truncation, members, labeler, generated, filter } = arm
  const set = await generatedSet(context, { painted, truncation, members, labeler }, generated)
  const learning = await learningOf(context, set, generated, filter)
  const interpreter = await compareLabels(context, set, Math.min(compared, generated))
  return { ...(await fitLearning(context, learning)), ...(interpreter === undefined ? {} : { interpreter }) }
}

/** The same images as the annotator paints them, none of them dropped. */
export async function fitAnnotated(
  context: TrialContext,
  { generated }: Extract<Arm, { readonly kind: 'annotated' }>,
): Promise<ArmFit> {
  const set = await generatedSet(context, standardRequest(context), generated)
  const { training, heldOut } = await learningOf(context, set, generated, 0)
  return fitLearning(context, {
    training: await annotated(context, training),
    heldOut: await annotated(context, heldOut),
  })
}

/** What the standard arm's runs are made from; arms that only need painted seeds take those. */
export function standardRequest({ data, trial }: TrialContext): GeneratedRequest {
  const { seeds, truncation, members, labeler } = standardArm(data.seeds, 1)
  return { painted: data.seeds.choose(seeds, trial.randomSeed), truncation, members, labeler }
}

/** Trains the arm's segmenter from nothing, on what it learns from. */
export async function fitLearning(context: TrialContext, learning: Learning): Promise<ArmFit> {
  const fit = await learn(context, learning, { network: networkOf(context), name: 'segmenter' })
  return { ...fit, learning, steps: fit.history.at(-1)?.step ?? 0 }
}

async function chosenSeeds(
  context: TrialContext,
  { seeds, chosen, members, labeler }: OursArm,
): Promise<readonly number[]> {
  const { data, trial } = context
  if (chosen === 'random') return data.seeds.choose(seeds, trial.randomSeed)
  const begun = data.seeds.choose(Math.min(first.seeds, Math.ceil(seeds / 2)), trial.randomSeed)
  const { labelList } = data.seeds
  const request = { painted: begun, truncation: labelList.truncation, members, labeler }
  const { manifest } = await generatedSet(context, request, first.images)
  const lines = manifest.lines.slice(0, first.images)
  const disputed = nextSeeds(lines, labelList, { count: seeds - begun.length, scarceParts: [] })
  return [...begun, ...disputed.map(({ line }) => line.seed)]
}

async function learningOf(
  context: TrialContext,
  { context: job, manifest }: GeneratedSet,
  generated: number,
  filter: number,
): Promise<Learning> {
  const { data, settings, trial } = context
  const lines = [...curate(manifest.lines.slice(0, generated), filter)]
  const { heldOutShare } = settings.segmenter
  const split = splitDataset({ ...manifest, lines }, { size: data.size, heldOutShare, seed: trial.randomSeed })
  const reading = { size: data.size, parts: data.seeds.labelList.parts.length }
  return {
    training: await readLabelledImages(job, split.training, reading),
    heldOut: await readLabelledImages(job, split.heldOut, reading),
  }
}

async function annotated({ data }: TrialContext, images: LabelledImages): Promise<LabelledImages> {
  if (data.annotate === undefined) throw new ExperimentError('nobody can paint every generated image')
  return { ...images, labels: await data.annotate(images) }
}

async function compareLabels(
  { data }: TrialContext,
  { context: job, manifest }: GeneratedSet,
  count: number,
): Promise<TrialRecord['interpreter']> {
  if (data.annotate === undefined) return undefined
  const parts = data.seeds.labelList.parts.length
  const images = await readLabelledImages(job, manifest.lines.slice(0, count), { size: data.size, parts })
  const { miou } = measureLabels(parts, await data.annotate(images), images.labels)
  return { ...miou, images: images.count }
}
