import { shrinkPng } from '../../../integrations/images/index.ts'
import { encodeJson, getJson, MissingError } from '../../../integrations/storage/index.ts'
import { Evaluation } from '../../../schemas/evaluation.ts'
import type { ManifestLine } from '../../../schemas/manifest.ts'
import type { Project } from '../../../schemas/project.ts'
import { ReportData, type ReportFact, type ReportPhase, type ReportSample } from '../../../schemas/report.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import { SegmenterRecord } from '../../../schemas/segmenter.ts'
import { nextSeeds } from '../../factory/nextSeeds.ts'
import { heatMapPicture, labelMapPicture, pngDataUri } from '../../factory/report/index.ts'
import { type PaintedSample, readAnnotations } from './annotations.ts'
import { type JobContext, labelSize, readProject } from './context.ts'
import { loadFactory } from './factory.ts'
import { type Generated, runFactory } from './generate.ts'
import {
  countGenerated,
  describeParts,
  generatorFacts,
  humanMinutes,
  labelerFacts,
  lossCurves,
  reportEvaluation,
} from './reportFacts.ts'
import { reportSegmenter } from './reportSegmenter.ts'
import { readSeedImages } from './seedImages.ts'
import { write } from './writing.ts'

export interface ReportOptions {
  readonly title: string
  readonly finishedAt: string
  readonly phases: readonly ReportPhase[]
  readonly machine: readonly ReportFact[]
  /** Seconds of generating, over all attempts. */
  readonly generatingSeconds: number
  /** What a person would need per image, to compare with. Default: what the platform measured, else the assumption. */
  readonly minutesPerImage: number | undefined
  readonly assumedMinutesPerImage: number
  /** US dollars. */
  readonly hourlyRate: number
  readonly links: ReportData['links']
  /** The command that makes an image again. */
  readonly commandOf: (line: ManifestLine) => string
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
  const { labelList } = project
  const manifest = await getJson(store, run.manifest, RunManifest)
  if (manifest === undefined) throw new MissingError(run.manifest)
  const { lines } = manifest.value
  const painted = await readAnnotations(context, project)
  const generated = await countGenerated(context)
  const evaluation = (await getJson(store, run.evaluation, Evaluation))?.value
  const segmenter = (await getJson(store, run.segmenterRecord, SegmenterRecord))?.value
  const kept = lines.filter((line) => line.kept)
  const dropped = lines.filter((line) => !line.kept).toSorted((a, b) => b.score - a.score)
  const parts = await describeParts(context, project, painted, lines, evaluation)
  const scarceParts = parts.filter(({ seedPixels }) => seedPixels < minimumPixels).map(({ id }) => id)
  const next = nextSeeds(lines, labelList, { count: nextSeedCount, scarceParts })
  const galleryLines = everyNth(kept, gallerySize)
  const droppedLines = dropped.slice(0, droppedSize)
  const pictured = await generateAgain(context, project, [
    ...galleryLines,
    ...droppedLines,
    ...next.map(({ line }) => line),
  ])
  const heatMapMaximum = upperDivergence([...pictured.values()])
  const sampleOf = (line: ManifestLine): Promise<ReportSample> =>
    reportSample(context, project, line, {
      generated: pictured.get(line.seed),
      heatMapMaximum,
      command: options.commandOf(line),
    })
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
      imagesPerSecond: options.generatingSeconds > 0 ? generated / options.generatingSeconds : 0,
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
    training: await lossCurves(context, project, segmenter),
    ...(segmenter === undefined ? {} : { segmenter: reportSegmenter(segmenter) }),
    generator: generatorFacts(project),
    labeler: labelerFacts(project, evaluation),
    machine: [...options.machine],
    cost: { ...humanMinutes(painted, options), hourlyRate: options.hourlyRate, currency: 'USD' },
    links: options.links,
  }
  const checked = ReportData.parse(data)
  await write(store, run.report, encodeJson(run.report, ReportData, checked))
  return checked
}

/** What the page shows of an image that was made again. */
type Pictured = Pick<Generated, 'labelMap' | 'divergence'>

/** Divergence maps are not stored: the pictured images are made again. */
async function generateAgain(
  context: JobContext,
  project: Project,
  lines: readonly ManifestLine[],
): Promise<ReadonlyMap<number, Pictured>> {
  const session = await loadFactory(context)
  const made = new Map<number, Pictured>()
  const { onProgress, signal } = context
  const seeds = [...new Set(lines.map(({ seed }) => seed))]
  try {
    for (const [index, seed] of seeds.entries()) {
      signal?.throwIfAborted()
      for (const { labelMap, divergence } of await runFactory(session, project, [seed]))
        made.set(seed, { labelMap, divergence })
      onProgress?.({ phase: 'report', task: 'drawing heat maps', done: index + 1, total: seeds.length, unit: 'images' })
    }
  } finally {
    await session.release()
  }
  return made
}

async function reportSample(
  { store, run }: JobContext,
  project: Project,
  line: ManifestLine,
  {
    generated,
    heatMapMaximum,
    command,
  }: { readonly generated: Pictured | undefined; readonly heatMapMaximum: number; readonly command: string },
): Promise<ReportSample> {
  const image = await store.get(run.image(line.id))
  if (image === undefined) throw new MissingError(run.image(line.id))
  if (generated === undefined) throw new MissingError(run.labelMap(line.id))
  const { id, seed, score, kept, parts } = line
  return {
    id,
    seed,
    score,
    kept,
    parts,
    image: pngDataUri(await shrinkPng(image.bytes, pictureSide)),
    labels: labelMapPicture(generated.labelMap, project.labelList),
    heatMap: heatMapPicture({ ...labelSize(project), data: generated.divergence }, heatMapMaximum),
    command,
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

function everyNth<Item>(items: readonly Item[], count: number): readonly Item[] {
  const step = Math.max(1, items.length / count)
  return Array.from({ length: Math.min(count, items.length) }, (_, index) => items[Math.floor(index * step)]).filter(
    (item) => item !== undefined,
  )
}

/** The divergence that all but one pixel in two hundred stay below: the heat maps' brightest colour. */
function upperDivergence(generated: readonly Pictured[]): number {
  const values = generated.flatMap(({ divergence }) => Array.from(divergence.filter((_, pixel) => pixel % 7 === 0)))
  values.sort((a, b) => a - b)
  return Math.max(0.01, values[Math.floor(values.length * 0.995)] ?? 0.01)
}
