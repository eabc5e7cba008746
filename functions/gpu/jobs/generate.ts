import { encodeLabelMap, encodeRgb } from '../../../integrations/images/index.ts'
import { encodeJson, ensure, getJson } from '../../../integrations/storage/index.ts'
import { countPixels, type LabelMap, partsPresent } from '../../../schemas/labelMap.ts'
import { imageSize, type Project } from '../../../schemas/project.ts'
import { sampleId } from '../../../schemas/sample.ts'
import { Shard, type ShardLine } from '../../../schemas/shard.ts'
import type { Session } from '../onnx/engine.ts'
import { float32, float32Data, uint8Data } from '../onnx/hostTensor.ts'
import { sampleLatent } from '../stylegan/latents.ts'
import { type JobContext, labelSize, readProject } from './context.ts'
import { loadFactory } from './factory.ts'
import { write } from './writing.ts'

/** Images of one session call: enough to hide the call, few enough to show progress. */
const largestBatch = 4
/** What a session call returns is held several times over while it is handed on and written. */
const batchBytes = 2 ** 23

/** A labelled image as the factory graph made it. */
export interface Generated {
  readonly seed: number
  /** Row-major RGB, of the size of the generator's images. */
  readonly image: Uint8Array
  readonly labelMap: LabelMap
  /** [pixels] nats. */
  readonly divergence: Float32Array
  readonly score: number
}

/** A labelled image as files, and its line. */
export interface EncodedSample {
  readonly line: ShardLine
  /** PNG. */
  readonly image: Uint8Array
  /** Indexed PNG. */
  readonly labelMap: Uint8Array
}

/** Images that one session call makes: few where they are large. */
export function batchSize({ generator, ...project }: Project): number {
  const [image, labels] = [imageSize(generator), labelSize({ generator, ...project })]
  const bytes = image.width * image.height * 3 + labels.width * labels.height * (1 + Float32Array.BYTES_PER_ELEMENT)
  return Math.max(1, Math.min(largestBatch, Math.floor(batchBytes / bytes)))
}

/** Seeds of one shard. */
export function shardSeeds({ settings }: Project, shard: number): readonly number[] {
  const start = shard * settings.shardSize
  const count = Math.min(settings.shardSize, settings.samplesPerRun - start)
  return Array.from({ length: Math.max(0, count) }, (_, index) => settings.firstSeed + start + index)
}

/**
 * Generates one shard: images, label maps and, last, `shards/<k>.json`. What is there is not made again: a run that is
 * asked for more images goes on in its last shard.
 * @param onImage called with the number of images that are done now
 * @returns whether there was anything to do
 */
export async function generate(
  context: JobContext,
  shard: number,
  onImage?: (count: number) => void,
): Promise<boolean> {
  const { store, run, version, signal } = context
  const project = await readProject(context)
  const wanted = shardSeeds(project, shard)
  const there = (await getJson(store, run.shard(shard), Shard))?.value
  const lines: ShardLine[] = [...(there?.lines ?? [])]
  const seeds = wanted.slice(lines.length)
  if (wanted.length > seeds.length) onImage?.(wanted.length - seeds.length)
  if (seeds.length === 0) return false
  const partPixels = project.labelList.parts.map(({ id }) => there?.partPixels[id] ?? 0)
  const session = await loadFactory(context)
  // Writing the last images goes on while the next ones are computed.
  const writing: Promise<readonly ShardLine[]>[] = []
  try {
    const together = batchSize(project)
    for (let start = 0; start < seeds.length; start += together) {
      signal?.throwIfAborted()
      const [generated] = await Promise.all([
        runFactory(session, project, seeds.slice(start, start + together)),
        writing.at(-1),
      ])
      writing.push(writeSamples(context, project, generated))
      for (const { labelMap } of generated) {
        const counts = countPixels(labelMap)
        for (const [part, pixels] of partPixels.entries()) partPixels[part] = pixels + (counts[part] ?? 0)
      }
      onImage?.(generated.length)
    }
    lines.push(...(await Promise.all(writing)).flat())
  } finally {
    await Promise.allSettled(writing)
    await session.release()
  }
  const record: Shard = { schemaVersion: 1, run: version, shard, partPixels, lines }
  await write(store, run.shard(shard), encodeJson(run.shard(shard), Shard, record))
  return true
}

/** Runs the factory graph for some seeds. */
export async function runFactory(
  session: Session,
  { generator, ...project }: Project,
  seeds: readonly number[],
): Promise<readonly Generated[]> {
  if (seeds.length === 0) return []
  const latents = new Float32Array(seeds.length * generator.latentLength)
  for (const [index, seed] of seeds.entries())
    latents.set(sampleLatent(seed, generator.latentLength), index * generator.latentLength)
  const { results } = await session.run({ z: float32(latents, [seeds.length, generator.latentLength]) })
  const images = uint8Data(results.image, 'image')
  const labels = uint8Data(results.labels, 'labels')
  const divergence = float32Data(results.divergence, 'divergence')
  const scores = float32Data(results.score, 'score')
  const { width, height } = labelSize({ generator, ...project })
  const part = <Data extends Uint8Array | Float32Array>(data: Data, index: number) => {
    const length = data.length / seeds.length
    return data.subarray(index * length, (index + 1) * length) as Data
  }
  return seeds.map((seed, index) => ({
    seed,
    image: part(images, index),
    labelMap: { width, height, data: part(labels, index) },
    divergence: part(divergence, index),
    score: scores[index] ?? Number.NaN,
  }))
}

/** The files of a labelled image: the same pixels give the same bytes. */
export async function encodeSample(
  { generator, labelList, settings: { truncation } }: Project,
  { seed, image, labelMap, score }: Generated,
): Promise<EncodedSample> {
  const id = sampleId({ generator: generator.name, seed, truncation })
  const paths = { image: `images/${id}.png`, labels: `labels/${id}.png` }
  return {
    line: { id, seed, truncation, ...paths, score, parts: partsPresent(labelMap) },
    image: await encodeRgb({ ...imageSize(generator), data: image }),
    labelMap: encodeLabelMap(labelMap, labelList.parts),
  }
}

async function writeSamples(
  { store, run }: JobContext,
  project: Project,
  generated: readonly Generated[],
): Promise<readonly ShardLine[]> {
  return Promise.all(
    generated.map(async (sample) => {
      const { line, image, labelMap } = await encodeSample(project, sample)
      await Promise.all([ensure(store, run.image(line.id), image), ensure(store, run.labelMap(line.id), labelMap)])
      return line
    }),
  )
}
