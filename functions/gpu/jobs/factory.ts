import { ensure } from '../../../integrations/storage/index.ts'
import type { Project } from '../../../schemas/project.ts'
import type { Ensemble } from '../interpreter/ensemble.ts'
import { exactLabeler } from '../interpreter/exactLabeler.ts'
import { factoryGraph } from '../interpreter/factoryGraph.ts'
import { type Student, studentLabeler } from '../interpreter/student.ts'
import type { Session } from '../onnx/engine.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { type JobContext, JobError, labelSize } from './context.ts'

/** Writes `factory.onnx`: the graph that makes the run's images and labels. With a student, it labels; else the ensemble. */
export async function writeFactory(
  { store, run, version }: JobContext,
  project: Project,
  weights: GeneratorWeights,
  ensemble: Ensemble,
  student?: Student,
): Promise<void> {
  await ensure(store, run.factory, buildFactory(project, weights, ensemble, version, student))
}

/**
 * The run's factory graph, ready to run.
 * @throws JobError where it is not there yet, or damaged
 */
export async function loadFactory({ store, run, version, engine }: JobContext): Promise<Session> {
  const factory = await store.get(run.factory)
  if (factory === undefined) throw new JobError(`${version} has no factory graph yet (${run.factory}): train it first`)
  try {
    return await engine.load(factory.bytes, { handOver: true })
  } catch (cause) {
    const remedy = 'if the file is damaged, remove it and train again: trained weights are kept, and it is made anew'
    throw new JobError(`${run.factory} cannot be used: ${remedy}`, { cause })
  }
}

/** @returns the bytes of an ONNX file: see `factoryGraph` for its inputs and outputs */
export function buildFactory(
  { labelList, settings, ...project }: Project,
  weights: GeneratorWeights,
  ensemble: Ensemble,
  version: string,
  student?: Student,
): Uint8Array {
  const size = labelSize({ ...project, labelList, settings })
  const labeler =
    student === undefined
      ? exactLabeler(ensemble, { size })
      : studentLabeler(student, { size, members: ensemble.shape.members })
  return factoryGraph(weights, labeler, {
    truncation: settings.truncation,
    precision: settings.precision,
    size,
    metadata: {
      version,
      generator: weights.sha256,
      truncation: String(settings.truncation),
      labeler: student === undefined ? 'ensemble' : 'student',
      parts: JSON.stringify(labelList.parts),
    },
  }).bytes
}
