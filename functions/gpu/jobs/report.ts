import { encodeJson, getJson, MissingError, overwrite } from '../../../integrations/storage/index.ts'
import { shrinkPng } from '../../../integrations/images/index.ts'
import { Evaluation } from '../../../schemas/evaluation.ts'
import { countPixels } from '../../../schemas/labelMap.ts'
import type { ManifestLine } from '../../../schemas/manifest.ts'
import type { Project } from '../../../schemas/project.ts'
import { ReportData, type ReportFact, type ReportLossCurve, type ReportPart, type ReportPhase, type ReportSample } from '../../../schemas/report.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import { Shard } from '../../../schemas/shard.ts'
import { nextSeeds } from '../../factory/nextSeeds.ts'
import { heatMapPicture, labelMapPicture, pngDataUri } from '../../factory/report/index.ts'
import { bestStep, type LossPoint } from '../onnx/fit.ts'
import { type PaintedSample, readAnnotations } from './annotations.ts'
import { type JobContext, labelSize, readProject } from './context.ts'
import { type Generated, runFactory, shardCount } from './generate.ts'
import { readSeedImages } from './seedImages.ts'
import { readClassifier } from './trainingHistory.ts'

export interface ReportOptions {
  readonly title: string
  readonly finishedAt: string
  readonly phases: readonly ReportPhase[]
  readonly machine: readonly ReportFact[]
  /** Images per second while generating. */
  readonly imagesPerSecond: number
  /** What a person would need per image, to compare with. */
  readonly minutesPerImage: number
  /** US dollars. */
  readonly hourlyRate: number
  readonly links: ReportData['links']
}

const gallerySize = 48
const droppedSize = 12
const nextSeedCount = 4
/** A part painted on fewer pixels than this over all seeds is called scarce. */
const minimumPixels = 1000
/** Sides of the pictures in the page. */
const pictureSide = 256

/** Collects everything that the report page shows; leaves `report.json`. */
export async function report(context: JobContext, options: ReportOptions): Promise<ReportData> {
  const { store, run, version } = context
  const project = await readProject(context)
  const { labelList, settings } = project
  const manifest = await getJson(store, run.manifest, RunManifest)
  if (manifest === undefined) throw new MissingError(run.manifest)
  const { lines } = manifest.value
  const painted = await readAnnotations(context, project)
  const evaluation = (await getJson(store, run.evaluation, Evaluation))?.value
  const kept = lines.filter((line) => line.kept)
  const dropped = lines.filter((line) => !line.kept).toSorted((a, b) => b.score - a.score)
  const parts = await describeParts(context, project, painted, lines, evaluation)
  const scarceParts = parts.filter(({ seedPixels }) => seedPixels < minimumPixels).map(({ id }) => id)
  const next = nextSeeds(lines, labelList, { count: nextSeedCount, scarceParts })
  const galleryLines = everyNth(kept, gallerySize)
  const droppedLines = dropped.slice(0, droppedSize)
  const pictured = await generateAgain(context, project, [...galleryLines, ...droppedLines, ...next.map(({ line }) => line)])
  const heatMapMaximum = upperDivergence([...pictured.values()])
  const sampleOf = (line: ManifestLine): Promise<ReportSample> => reportSample(context, project, line, pictured, heatMapMaximum)
  const data: ReportData = {
    title: options.title,
    version,
    finishedAt: options.finishedAt,
    labelList,
    totals: {
      seeds: painted.length,
      generated: lines.length,
      kept: kept.length,
      dropped: dropped.length,
      imagesPerSecond: options.imagesPerSecond,
    },
    phases: [...options.phases],
    seedSamples: await seedSamples(context, project, painted),
    gallery: await Promise.all(galleryLines.map(sampleOf)),
    dropped: await Promise.all(droppedLines.map(sampleOf)),
    uncertainty: {
      scores: lines.map(({ score }) => score),
      threshold: dropped.at(-1)?.score ?? null,
      heatMapMaximum,
    },
    parts,
    evaluation: reportEvaluation(evaluation),
    painting: {
      minimumPixels,
      nextSeeds: await Promise.all(
        next.map(async ({ line, reason }) => {
          const { seed, image, heatMap } = await sampleOf(line)
          return { seed, image, reason, ...(heatMap === undefined ? {} : { heatMap }) }
        }),
      ),
    },
    training: await lossCurves(context, project),
    generator: generatorFacts(project),
    labeler: labelerFacts(settings.labeler, settings.members, evaluation),
    machine: [...options.machine],
    cost: { minutesPerImage: options.minutesPerImage, hourlyRate: options.hourlyRate, currency: 'USD' },
    links: options.links,
  }
  const checked = ReportData.parse(data)
  await overwrite(store, run.report, encodeJson(run.report, ReportData, checked))
  return checked
}

async function describeParts(
  { store, run }: JobContext,
  project: Project,
  painted: readonly PaintedSample[],
  lines: readonly ManifestLine[],
  evaluation: Evaluation | undefined,
): Promise<ReportPart[]> {
  const generatedPixels = new Array<number>(project.labelList.parts.length).fill(0)
  for (let shard = 0; shard < shardCount(project); shard++) {
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

/** Divergence maps are not stored: the pictured images are made again. */
async function generateAgain(
  { store, run, engine, onProgress, signal }: JobContext,
  project: Project,
  lines: readonly ManifestLine[],
): Promise<ReadonlyMap<number, Generated>> {
  const factory = await store.get(run.factory)
  if (factory === undefined) throw new MissingError(run.factory)
  const session = await engine.load(factory.bytes)
  const made = new Map<number, Generated>()
  const seeds = [...new Set(lines.map(({ seed }) => seed))]
  try {
    for (const [index, seed] of seeds.entries()) {
      signal?.throwIfAborted()
      for (const generated of await runFactory(session, project, [seed])) made.set(seed, generated)
      onProgress?.({ phase: 'report', task: 'drawing heat maps', done: index + 1, total: seeds.length, unit: 'images' })
    }
  } finally {
    await session.release()
  }
  return made
}

async function reportSample(
  { store, run, version }: JobContext,
  project: Project,
  line: ManifestLine,
  pictured: ReadonlyMap<number, Generated>,
  heatMapMaximum: number,
): Promise<ReportSample> {
  const image = await store.get(run.image(line.id))
  if (image === undefined) throw new MissingError(run.image(line.id))
  const generated = pictured.get(line.seed)
  if (generated === undefined) throw new MissingError(run.labelMap(line.id))
  const { id, seed, score, kept, parts, truncation } = line
  return {
    id,
    seed,
    score,
    kept,
    parts,
    image: pngDataUri(await shrinkPng(image.bytes, pictureSide)),
    labels: labelMapPicture(generated.labelMap, project.labelList),
    heatMap: heatMapPicture({ ...labelSize(project), data: generated.divergence }, heatMapMaximum),
    command: `sixteen generate --version ${version} --seeds ${seed} --truncation ${truncation}`,
  }
}

async function seedSamples(context: JobContext, project: Project, painted: readonly PaintedSample[]) {
  const images = await readSeedImages(context, project, painted)
  return Promise.all(
    painted.map(async ({ sample, labelMap }, index) => ({
      seed: sample.seed,
      image: pngDataUri(await shrinkPng(images[index] ?? new Uint8Array(0), pictureSide)),
      labels: labelMapPicture(labelMap, project.labelList),
    })),
  )
}

function reportEvaluation(evaluation: Evaluation | undefined): ReportData['evaluation'] {
  if (evaluation === undefined || evaluation.pixelAccuracy === null) return null
  const { method, pixelAccuracy, levels } = evaluation
  return { method, pixelAccuracy, levels }
}

async function lossCurves({ store, run }: JobContext, { settings }: Project): Promise<ReportLossCurve[]> {
  const curve = (name: string, history: readonly LossPoint[]): ReportLossCurve => ({
    name,
    points: history.map(({ step, trainLoss, heldOutLoss }) => ({ step, train: trainLoss, heldOut: heldOutLoss })),
    keptStep: bestStep(history) ?? null,
  })
  const interpreter = await readClassifier(store, run.interpreter)
  const curves = [curve(`Interpreter, mean of ${settings.members} members`, interpreter.history)]
  if (settings.labeler === 'student')
    curves.push(curve('Student, against the interpreter', (await readClassifier(store, run.student)).history))
  return curves
}

function generatorFacts({ generator, settings }: Project): ReportFact[] {
  return [
    { name: 'Name', value: generator.name },
    { name: 'Kind', value: generator.kind },
    { name: 'Resolution', value: `${generator.resolution} × ${generator.resolution}` },
    { name: 'Truncation', value: String(settings.truncation) },
    { name: 'SHA-256', value: `${generator.sha256.slice(0, 16)}…` },
  ]
}

function labelerFacts(labeler: string, members: number, evaluation: Evaluation | undefined): ReportFact[] {
  const facts: ReportFact[] = [
    { name: 'Labelled by', value: labeler === 'student' ? `a student of ${members} classifiers` : `${members} classifiers` },
  ]
  const student = evaluation?.student
  if (student !== null && student !== undefined) {
    facts.push({ name: 'Agreement with the ensemble', value: `${(student.agreement * 100).toFixed(1)} % mIoU` })
    if (student.scoreCorrelation !== null)
      facts.push({ name: 'Rank correlation of image scores', value: student.scoreCorrelation.toFixed(3) })
  }
  return facts
}

function everyNth<Item>(items: readonly Item[], count: number): readonly Item[] {
  const step = Math.max(1, items.length / count)
  return Array.from({ length: Math.min(count, items.length) }, (_, index) => items[Math.floor(index * step)]).filter(
    (item) => item !== undefined,
  )
}

/** The divergence that all but one pixel in two hundred stay below: the heat maps' brightest colour. */
function upperDivergence(generated: readonly Generated[]): number {
  const values = generated.flatMap(({ divergence }) => Array.from(divergence.filter((_, pixel) => pixel % 7 === 0)))
  values.sort((a, b) => a - b)
  return Math.max(0.01, values[Math.floor(values.length * 0.995)] ?? 0.01)
}
