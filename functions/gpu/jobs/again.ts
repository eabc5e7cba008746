import { getJson } from '../../../integrations/storage/index.ts'
import type { Project } from '../../../schemas/project.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import { type JobContext, JobError, readProject } from './context.ts'
import { loadFactory } from './factory.ts'
import { type EncodedSample, encodeSample, runFactory } from './generate.ts'

/** An image made again, and whether the run's filter keeps it. */
export interface SampleAgain extends EncodedSample {
  /** Undefined where the image is not one of the run's dataset. */
  readonly kept: boolean | undefined
}

/**
 * Makes images again with the run's factory graph: the same bytes as in its dataset, on the same device and with the
 * same version of ONNX Runtime. Writes nothing to the store. Seeds outside the dataset give images of the same kind.
 * @throws JobError where the run has no dataset or no factory graph
 */
export async function* makeAgain(context: JobContext, seeds: readonly number[]): AsyncGenerator<SampleAgain> {
  const manifest = (await getJson(context.store, context.run.manifest, RunManifest))?.value
  if (manifest === undefined) throw new JobError(`${context.version} has no dataset yet: generate it first`)
  const { labelList, settings } = manifest
  const project: Project = { ...(await readProject(context)), labelList, settings }
  const lines = new Map(manifest.lines.map((line) => [line.seed, line]))
  const session = await loadFactory(context)
  try {
    for (const [index, seed] of seeds.entries()) {
      context.signal?.throwIfAborted()
      const [generated] = await runFactory(session, project, [seed])
      if (generated === undefined) throw new JobError(`the factory graph made no image of seed ${seed}`)
      yield { ...(await encodeSample(project, generated)), kept: lines.get(seed)?.kept }
      const task = 'making images again'
      context.onProgress?.({ phase: 'generate', task, done: index + 1, total: seeds.length, unit: 'images' })
    }
  } finally {
    await session.release()
  }
}
