/** The facts, numbers and curves of the report page: everything on it that is no picture. */
import { getJson } from '../../../integrations/storage/index.ts'
import type { Evaluation } from '../../../schemas/evaluation.ts'
import { countPixels } from '../../../schemas/labelMap.ts'
import type { ManifestLine } from '../../../schemas/manifest.ts'
import { imageSize, type Project, shardCount } from '../../../schemas/project.ts'
import type { ReportData, ReportFact, ReportLossCurve, ReportPart } from '../../../schemas/report.ts'
import type { SegmenterRecord } from '../../../schemas/segmenter.ts'
import { Shard } from '../../../schemas/shard.ts'
import { bestStep, type LossPoint } from '../onnx/fit.ts'
import type { PaintedSample } from './annotations.ts'
import type { JobContext } from './context.ts'
import { readClassifier } from './trainingHistory.ts'

/** Images that were ever generated: more than the manifest lists where fewer were asked for later. */
export async function countGenerated({ store, run }: JobContext): Promise<number> {
  let count = 0
  for await (const key of store.list(run.shards)) count += (await getJson(store, key, Shard))?.value.lines.length ?? 0
  return count
}

/** What is known of each part, over seeds and generated images. */
export async function describeParts(
  { store, run }: JobContext,
  project: Project,
  painted: readonly PaintedSample[],
  lines: readonly ManifestLine[],
  evaluation: Evaluation | undefined,
): Promise<ReportPart[]> {
  const generatedPixels = new Array<number>(project.labelList.parts.length).fill(0)
  for (let shard = 0; shard < shardCount(project.settings); shard++) {
    const stored = await getJson(store, run.shard(shard), Shard)
    for (const [part, count] of (stored?.value.partPixels ?? []).entries())
      generatedPixels[part] = (generatedPixels[part] ?? 0) + count
  }
  const counts = painted.map(({ labelMap }) => countPixels(labelMap))
  const seedTotal = painted.reduce((sum, { labelMap }) => sum + labelMap.data.length, 0)
  const generatedTotal = generatedPixels.reduce((sum, count) => sum + count, 0)
  return project.labelList.parts.map(({ id }) => {
    const seedPixels = counts.reduce((sum, count) => sum + (count[id] ?? 0), 0)
    return {
      id,
      seedPixels,
      seedImages: counts.filter((count) => (count[id] ?? 0) > 0).length,
      seedShare: seedPixels / Math.max(1, seedTotal),
      generatedShare: (generatedPixels[id] ?? 0) / Math.max(1, generatedTotal),
      generatedImages: lines.filter((line) => line.parts.includes(id)).length,
      iou: evaluation?.parts[id]?.iou ?? null,
    }
  })
}

/** Minutes that a person needs for an image: as asked for, else as measured, else as assumed. */
export function humanMinutes(
  painted: readonly Pick<PaintedSample, 'annotation'>[],
  options: { readonly minutesPerImage: number | undefined; readonly assumedMinutesPerImage: number },
): Pick<ReportData['cost'], 'minutesPerImage' | 'measured'> {
  const efforts = painted.flatMap(({ annotation }) => annotation.effort ?? [])
  const seconds = efforts.flatMap((effort) => effort.seconds ?? [])
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
  const minutes = sum(seconds) / 60
  // A time of zero was not measured, whatever says so.
  if (minutes === 0) return { minutesPerImage: options.minutesPerImage ?? options.assumedMinutesPerImage }
  return {
    minutesPerImage: options.minutesPerImage ?? minutes / seconds.length,
    measured: {
      paintings: seconds.length,
      minutes,
      humanRegions: sum(efforts.map(({ drawnRegions, changedRegions }) => drawnRegions + changedRegions)),
      untouchedRegions: sum(efforts.map(({ untouchedRegions }) => untouchedRegions)),
    },
  }
}

/** What the page shows of an evaluation; null where nothing could be measured. */
export function reportEvaluation(evaluation: Evaluation | undefined): ReportData['evaluation'] {
  if (evaluation === undefined || evaluation.pixelAccuracy === null) return null
  const { method, pixelAccuracy, levels } = evaluation
  return { method, pixelAccuracy, levels }
}

/** Loss over the steps of interpreter, student and segmenter. */
export async function lossCurves(
  { store, run }: JobContext,
  { settings }: Project,
  segmenter: SegmenterRecord | undefined,
): Promise<ReportLossCurve[]> {
  const curve = (name: string, history: readonly LossPoint[]): ReportLossCurve => ({
    name,
    points: history.map(({ step, trainLoss, heldOutLoss }) => ({ step, train: trainLoss, heldOut: heldOutLoss })),
    keptStep: bestStep(history) ?? null,
  })
  const interpreter = await readClassifier(store, run.interpreter)
  const curves = [curve(`Interpreter, mean of ${settings.members} members`, interpreter.history)]
  if (settings.labeler === 'student')
    curves.push(curve('Student, against the interpreter', (await readClassifier(store, run.student)).history))
  if (segmenter !== undefined) curves.push(curve('Segmenter, on generated images', segmenter.history))
  return curves
}

export function generatorFacts({ generator, settings }: Project): ReportFact[] {
  const { resolution, crop } = generator
  const { width, height } = imageSize(generator)
  const square = crop === undefined ? '' : `, cut from ${resolution} × ${resolution}`
  return [
    { name: 'Name', value: generator.name },
    { name: 'Kind', value: generator.kind },
    { name: 'Resolution', value: `${width} × ${height}${square}` },
    { name: 'Truncation', value: String(settings.truncation) },
    { name: 'SHA-256', value: `${generator.sha256.slice(0, 16)}…` },
  ]
}

export function labelerFacts(
  { settings: { labeler, members } }: Project,
  evaluation: Evaluation | undefined,
): ReportFact[] {
  const facts: ReportFact[] = [
    {
      name: 'Labelled by',
      value: labeler === 'student' ? `a student of ${members} classifiers` : `${members} classifiers`,
    },
  ]
  const student = evaluation?.student
  if (student !== null && student !== undefined) {
    facts.push({ name: 'Agreement with the ensemble', value: `${(student.agreement * 100).toFixed(1)} % mIoU` })
    if (student.scoreCorrelation !== null)
      facts.push({
        name: 'Rank correlation of image scores',
        value: `${student.scoreCorrelation.toFixed(3)} over ${student.samples} images`,
      })
  }
  return facts
}
