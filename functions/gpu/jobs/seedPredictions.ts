import { AlreadyExistsError, encodeJson, getJson } from '../../../integrations/storage/index.ts'
import type { Project } from '../../../schemas/project.ts'
import { Sample, sampleId } from '../../../schemas/sample.ts'
import { SeedList } from '../../../schemas/seedList.ts'
import { SeedPredictions } from '../../../schemas/seedPredictions.ts'
import type { ShardLine } from '../../../schemas/shard.ts'
import { readAnnotations } from './annotations.ts'
import type { JobContext } from './context.ts'
import { loadFactory } from './factory.ts'
import { encodeSample, runFactory } from './generate.ts'
import { write } from './writing.ts'

/**
 * Labels all samples that people paint or have painted, so that they can compare; leaves `seed-predictions.json`.
 * Samples of another truncation than the run's are left out: the run's graph does not make them.
 */
export async function predictSeeds(context: JobContext, project: Project): Promise<SeedPredictions> {
  const { store, run, version, signal } = context
  const stored = await getJson(store, run.seedPredictions, SeedPredictions)
  if (stored !== undefined) return stored.value
  const seeds = await seedsToPredict(context, project)
  const lines: ShardLine[] = []
  const session = await loadFactory(context)
  try {
    for (const [index, seed] of seeds.entries()) {
      signal?.throwIfAborted()
      for (const generated of await runFactory(session, project, [seed])) {
        const { line, labelMap } = await encodeSample(project, generated)
        // The sample may be one of the run's dataset, too.
        await store.create(run.labelMap(line.id), labelMap).catch((error: unknown) => {
          if (!(error instanceof AlreadyExistsError)) throw error
        })
        lines.push(line)
      }
      const task = 'labelling the seeds'
      context.onProgress?.({ phase: 'publish', task, done: index + 1, total: seeds.length, unit: 'images' })
    }
  } finally {
    await session.release()
  }
  const record: SeedPredictions = { schemaVersion: 1, run: version, lines }
  await write(store, run.seedPredictions, encodeJson(run.seedPredictions, SeedPredictions, record))
  return record
}

async function seedsToPredict({ store, keys }: JobContext, project: Project): Promise<readonly number[]> {
  const { generator, settings } = project
  const painted = (await readAnnotations({ store, keys }, project)).map(({ sample }) => sample)
  const list = (await getJson(store, keys.seeds, SeedList))?.value.chosen ?? []
  const chosen = await Promise.all(list.map(({ sample }) => getJson(store, keys.sample(sample), Sample)))
  const samples = [...painted, ...chosen.flatMap((record) => (record === undefined ? [] : [record.value]))]
  const ofThisRun = samples.filter(
    ({ id, seed }) => id === sampleId({ generator: generator.name, seed, truncation: settings.truncation }),
  )
  return [...new Set(ofThisRun.map(({ seed }) => seed))].toSorted((a, b) => a - b)
}
