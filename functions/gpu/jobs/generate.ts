import { encodeJson, ensure, getJson, MissingError, overwrite } from '../../../integrations/storage/index.ts'
import { encodeLabelMap, encodeRgb } from '../../../integrations/images/index.ts'
import { countPixels, type LabelMap, partsPresent } from '../../../schemas/labelMap.ts'
import type { Project } from '../../../schemas/project.ts'
import { sampleId } from '../../../schemas/sample.ts'
import { Shard, type ShardLine } from '../../../schemas/shard.ts'
import type { Session } from '../onnx/engine.ts'
import { float32, float32Data, uint8Data } from '../onnx/hostTensor.ts'
import { sampleLatent } from '../stylegan/latents.ts'
import { type JobContext, labelSize, readProject } from './context.ts'

/** Images of one session call: enough to hide the call, few enough to show progress. */
const batchSize = 4

/** A labelled image as the factory graph made it. */
export interface Generated {
  readonly seed: number
  /** Row-major RGB, resolution × resolution. */
  readonly image: Uint8Array
  readonly labelMap: LabelMap
  /** [pixels] nats. */
  readonly divergence: Float32Array
  readonly score: number
}

/** Number of shards of a run. */
export function shardCount({ settings }: Project): number {
  return Math.ceil(settings.samplesPerRun / settings.shardSize)
}

/** Seeds of one shard. */
export function shardSeeds({ settings }: Project, shard: number): readonly number[] {
  const start = shard * settings.shardSize
  const count = Math.min(settings.shardSize, settings.samplesPerRun - start)
  return Array.from({ length: Math.max(0, count) }, (_, index) => settings.firstSeed + start + index)
}

/** Generates one shard: images, label maps and, last, `shards/<k>.json`. A shard that is there is not made again. */
export async function generate(context: JobContext, shard: number, onImage?: (count: number) => void): Promise<void> {
  const { store, run, version, engine, signal } = context
  const project = await readProject(context)
  const seeds = shardSeeds(project, shard)
  const there = await getJson(store, run.shard(shard), Shard)
  // A run that was asked for more images grows its last shard: what is there of it is made again, to the same bytes.
  if (there !== undefined && there.value.lines.length >= seeds.length) {
    onImage?.(seeds.length)
    return
  }
  const factory = await store.get(run.factory)
  if (factory === undefined) throw new MissingError(run.factory)
  const session = await engine.load(factory.bytes)
  const lines: ShardLine[] = []
  const partPixels = new Array<number>(project.labelList.parts.length).fill(0)
  try {
    // Writing the last images goes on while the next ones are computed.
    let writing: Promise<readonly ShardLine[]> = Promise.resolve([])
    for (let start = 0; start < seeds.length; start += batchSize) {
      signal?.throwIfAborted()
      const generated = await runFactory(session, project, seeds.slice(start, start + batchSize))
      lines.push(...(await writing))
      writing = writeSamples(context, project, generated)
      for (const { labelMap } of generated)
        for (const [part, count] of countPixels(labelMap).subarray(0, partPixels.length).entries())
          partPixels[part] = (partPixels[part] ?? 0) + count
      onImage?.(generated.length)
    }
    lines.push(...(await writing))
  } finally {
    await session.release()
  }
  const record: Shard = { schemaVersion: 1, run: version, shard, partPixels, lines }
  await overwrite(store, run.shard(shard), encodeJson(run.shard(shard), Shard, record))
}

/** Runs the factory graph for some seeds. */
export async function runFactory(session: Session, project: Project, seeds: readonly number[]): Promise<readonly Generated[]> {
  const [first] = seeds
  if (first === undefined) return []
  const latents = seeds.map((seed) => sampleLatent(seed, project.generator.latentLength))
  const z = float32(Float32Array.from(latents.flatMap((latent) => [...latent])), [seeds.length, project.generator.latentLength])
  const { results } = await session.run({ z })
  const images = uint8Data(results.image, 'image')
  const labels = uint8Data(results.labels, 'labels')
  const divergence = float32Data(results.divergence, 'divergence')
  const scores = float32Data(results.score, 'score')
  const { width, height } = labelSize(project)
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

async function writeSamples(
  { store, run }: JobContext,
  { generator, labelList, settings: { truncation } }: Project,
  generated: readonly Generated[],
): Promise<readonly ShardLine[]> {
  return Promise.all(
    generated.map(async ({ seed, image, labelMap, score }) => {
      const id = sampleId({ generator: generator.name, seed, truncation })
      const { resolution } = generator
      await Promise.all([
        encodeRgb({ width: resolution, height: resolution, data: image }).then((png) => ensure(store, run.image(id), png)),
        ensure(store, run.labelMap(id), encodeLabelMap(labelMap, labelList.parts)),
      ])
      const paths = { image: `images/${id}.png`, labels: `labels/${id}.png` }
      return { id, seed, truncation, ...paths, score, parts: partsPresent(labelMap) }
    }),
  )
}
