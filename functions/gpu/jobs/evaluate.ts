import { encodeJson, getJson } from '../../../integrations/storage/index.ts'
import { Evaluation } from '../../../schemas/evaluation.ts'
import type { Project } from '../../../schemas/project.ts'
import {
  addLabelMaps,
  type ConfusionMatrix,
  confusionMatrix,
  intersectionOverUnion,
  meanIou,
  mergeConfusion,
  pixelAccuracy,
  spearmanCorrelation,
} from '../../factory/metrics.ts'
import { mergeAtLevel, partonomyDepth } from '../../factory/partonomy.ts'
import { leaveOneOut } from '../interpreter/leaveOneOut.ts'
import { readAnnotations, seedTruncation } from './annotations.ts'
import { type JobContext, labelSize, readProject } from './context.ts'
import { buildFactory } from './factory.ts'
import { runFactory } from './generate.ts'
import { readProjectGenerator } from './generatorWeights.ts'
import { collectTrainingPixels } from './train.ts'
import { readClassifier } from './trainingHistory.ts'
import { write } from './writing.ts'

export interface EvaluateOptions {
  /** Classifiers per left-out image. */
  readonly members: number
  readonly steps: number
  /** Samples on which student and ensemble are compared. */
  readonly comparedSamples: number
}

/** A quick look: one classifier per fold, half the steps. */
export const quickEvaluation: EvaluateOptions = { members: 1, steps: 300, comparedSamples: 64 }

/** Seeds of the samples on which student and ensemble are compared: of neither lessons nor datasets. */
const firstComparedSeed = 3_500_000_000

/**
 * Measures the interpreter by leave-one-image-out over the seeds, and the student against it; leaves `evaluation.json`.
 * @returns whether there was anything to do
 */
export async function evaluate(context: JobContext, options: EvaluateOptions = quickEvaluation): Promise<boolean> {
  const { store, run, version } = context
  const project = await readProject(context)
  const there = await getJson(store, run.evaluation, Evaluation)
  if (there?.value.options.members === options.members && there.value.options.steps === options.steps) return false
  const { confusion, method } = await measureFolds(context, project, options)
  const measured = confusion.counts.some((count) => count > 0)
  const iou = intersectionOverUnion(confusion)
  const evaluation: Evaluation = {
    schemaVersion: 1,
    run: version,
    method,
    options: { members: options.members, steps: options.steps },
    pixelAccuracy: measured ? pixelAccuracy(confusion) : null,
    parts: project.labelList.parts.map(({ id, name }) => ({ id, name, iou: iou[id] ?? null })),
    levels: measured ? levelsOf(project, confusion) : [],
    student: project.settings.labeler === 'student' ? await compareStudent(context, project, options) : null,
  }
  await write(store, run.evaluation, encodeJson(run.evaluation, Evaluation, evaluation))
  return true
}

async function measureFolds(context: JobContext, project: Project, { members, steps }: EvaluateOptions) {
  const { onProgress, signal, engine, store } = context
  const weights = await readProjectGenerator(store, project.generator)
  const painted = await readAnnotations(context, project)
  const confusion = confusionMatrix(project.labelList.parts.length)
  if (painted.length < 2) return { confusion, method: 'not measured: leave-one-image-out needs at least two seeds' }
  const { pixels, labels, chosen } = await collectTrainingPixels(context, 'evaluate', project, weights, painted)
  const predictions = await leaveOneOut(
    engine,
    weights,
    painted.map(({ sample }) => sample.seed),
    pixels,
    labels,
    chosen.map((list) => list.length),
    {
      members,
      steps,
      parts: project.labelList.parts.length,
      truncation: seedTruncation(project),
      size: labelSize(project),
      onProgress: (task, done, total, unit) => onProgress?.({ phase: 'evaluate', task, done, total, unit }),
      ...(signal === undefined ? {} : { signal }),
    },
  )
  for (const [index, { labelMap }] of painted.entries())
    addLabelMaps(confusion, labelMap.data, predictions[index] ?? new Uint8Array(0))
  const classifiers = members === 1 ? 'one classifier each' : `${members} classifiers each`
  return { confusion, method: `leave-one-image-out over ${painted.length} seeds, ${classifiers}` }
}

function levelsOf({ labelList }: Project, confusion: ConfusionMatrix): Evaluation['levels'] {
  return Array.from({ length: partonomyDepth(labelList) }, (_, index) => index + 1).flatMap((level) => {
    if (level < firstLevel(labelList)) return []
    const { mapping, labelList: merged } = mergeAtLevel(labelList, level)
    const matrix = mergeConfusion(confusion, mapping)
    return {
      level,
      parts: merged.parts.length,
      absentAsZero: meanIou(matrix, 'absentAsZero').value,
      presentOnly: meanIou(matrix, 'presentOnly').value,
    }
  })
}

/** Above this level nothing but the background is left: `background/sky` merges into `background`. */
function firstLevel({ parts }: Project['labelList']): number {
  const background = parts[0]?.name ?? ''
  const levelOf = (name: string): number => (name.startsWith(`${background}/`) ? background.split('/').length + 1 : 1)
  return Math.min(...parts.slice(1).map(({ name }) => levelOf(name)))
}

async function compareStudent(
  context: JobContext,
  project: Project,
  { comparedSamples }: EvaluateOptions,
): Promise<Evaluation['student']> {
  const { store, run, version, onProgress } = context
  const weights = await readProjectGenerator(store, project.generator)
  const { classifier: ensemble } = await readClassifier(store, run.interpreter)
  const { classifier: student } = await readClassifier(store, run.student)
  const confusion = confusionMatrix(project.labelList.parts.length)
  const scores: { readonly exact: number; readonly distilled: number }[] = []
  const seeds = Array.from({ length: comparedSamples }, (_, index) => firstComparedSeed + index)
  const onSample = (task: string) => (done: number) =>
    onProgress?.({ phase: 'evaluate', task, done, total: comparedSamples, unit: 'images' })
  // One graph after the other: a large generator is held once.
  const exactly = buildFactory(project, weights, ensemble, version)
  const truths = await judgeAll(context, project, exactly, seeds, onSample('asking the ensemble'))
  const quickly = buildFactory(project, weights, ensemble, version, student)
  const guesses = await judgeAll(context, project, quickly, seeds, onSample('comparing student and ensemble'))
  for (const [index, truth] of truths.entries()) {
    const guess = guesses[index]
    if (guess === undefined) continue
    addLabelMaps(confusion, truth.labels, guess.labels)
    scores.push({ exact: truth.score, distilled: guess.score })
  }
  return {
    samples: scores.length,
    agreement: meanIou(confusion, 'presentOnly').value,
    scoreCorrelation: correlation(scores),
  }
}

interface Judgement {
  readonly labels: Uint8Array
  readonly score: number
}

/** Labels and scores of some samples, by one graph. @param onSample called with the number of samples that are done */
async function judgeAll(
  { engine, signal }: JobContext,
  project: Project,
  factory: Uint8Array,
  seeds: readonly number[],
  onSample: (done: number) => void,
): Promise<readonly Judgement[]> {
  const session = await engine.load(factory, { handOver: true })
  const judgements: Judgement[] = []
  try {
    for (const seed of seeds) {
      signal?.throwIfAborted()
      for (const { labelMap, score } of await runFactory(session, project, [seed]))
        judgements.push({ labels: labelMap.data, score })
      onSample(judgements.length)
    }
  } finally {
    await session.release()
  }
  return judgements
}

/** Null where it does not exist: with fewer than two different scores. */
function correlation(scores: readonly { readonly exact: number; readonly distilled: number }[]): number | null {
  const exact = scores.map((score) => score.exact)
  const distilled = scores.map((score) => score.distilled)
  if (new Set(exact).size < 2 || new Set(distilled).size < 2) return null
  return spearmanCorrelation(exact, distilled)
}
