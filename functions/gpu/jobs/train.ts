import { ensure } from '../../../integrations/storage/index.ts'
import type { Project } from '../../../schemas/project.ts'
import type { PhaseName } from '../../../schemas/run.ts'
import { encodeEnsemble, hiddenWidths } from '../interpreter/ensemble.ts'
import { balancedPartWeights } from '../interpreter/ensembleTraining.ts'
import { collectFeatures, featureLength, type PixelSet } from '../interpreter/featureCollection.ts'
import { fitEnsemble } from '../interpreter/fitEnsemble.ts'
import { pixelBudget, samplePixels } from '../interpreter/pixelSampling.ts'
import { createRandom } from '../random.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { type PaintedSample, readAnnotations, seedTruncation } from './annotations.ts'
import { checkpointHook, dropCheckpoint, readCheckpoint } from './checkpoints.ts'
import { type JobContext, labelSize, readProject, tuningOf } from './context.ts'
import { writeFactory } from './factory.ts'
import { readProjectGenerator } from './generatorWeights.ts'
import { historyMetadata, readClassifier } from './trainingHistory.ts'

/** Memory that the features of all training pixels may take. */
const featureBytes = 2 ** 28

/**
 * Trains the interpreter on the project's annotations; leaves `interpreter.safetensors`, and the factory graph where no
 * student is to be distilled.
 * @param now milliseconds
 * @returns whether there was anything to do
 */
export async function train(context: JobContext, now: () => number): Promise<boolean> {
  const { store, run, engine, onProgress } = context
  const project = await readProject(context)
  const { labeler } = project.settings
  const trained = (await store.head(run.interpreter)) !== undefined
  if (trained && (labeler === 'student' || (await store.head(run.factory)) !== undefined)) return false
  // Read where it is needed, since a large one would take its place in memory all through the training.
  const generator = () => readProjectGenerator(store, project.generator)
  if (trained) {
    await writeFactory(context, project, await generator(), (await readClassifier(store, run.interpreter)).classifier)
    return true
  }
  const tuning = tuningOf(context)
  const painted = await readAnnotations(context, project)
  const { pixels, labels } = await collectTrainingPixels(context, 'train', project, await generator(), painted)
  const parts = project.labelList.parts.length
  const shape = {
    members: project.settings.members,
    features: pixels.length,
    hidden: hiddenWidths(parts),
    parts,
  }
  const { ensemble, history } = await fitEnsemble(
    engine,
    shape,
    pixels,
    labels,
    project.settings.balanceParts
      ? { ...tuning.interpreter, partWeights: balancedPartWeights(labels, parts) }
      : tuning.interpreter,
    {
      onProgress: ({ step, heldOutLoss }, total) =>
        onProgress?.({
          phase: 'train',
          task: 'training the interpreter',
          done: step,
          total,
          unit: 'steps',
          loss: heldOutLoss,
        }),
      onCheckpoint: checkpointHook(context, 'train', now),
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    },
    await readCheckpoint(context, 'train'),
  )
  // First the weights, which the graph can always be built from again.
  await ensure(store, run.interpreter, encodeEnsemble(ensemble, historyMetadata(history)))
  if (labeler === 'ensemble') await writeFactory(context, project, await generator(), ensemble)
  await dropCheckpoint(context, 'train')
  return true
}

/** Features and labels of a balanced choice of pixels, as training and evaluation use them. */
export async function collectTrainingPixels(
  context: JobContext,
  phase: PhaseName,
  project: Project,
  weights: GeneratorWeights,
  painted: readonly PaintedSample[],
): Promise<{ readonly pixels: PixelSet; readonly labels: Uint8Array; readonly chosen: readonly Uint32Array[] }> {
  const { pixelsPerImage, interpreter } = tuningOf(context)
  const budget = pixelBudget(featureLength(weights), featureBytes)
  const chosen = samplePixels(
    painted.map(({ labelMap }) => labelMap.data),
    {
      parts: project.labelList.parts.length,
      total: Math.min(budget, painted.length * pixelsPerImage),
      perImage: Math.max(1, Math.min(2 * pixelsPerImage, Math.floor(budget / painted.length))),
    },
    createRandom(interpreter.seed, 'interpreter.pixels'),
  )
  const requests = painted.map(({ sample }, index) => ({
    seed: sample.seed,
    pixels: chosen[index] ?? new Uint32Array(0),
  }))
  const pixels = await collectFeatures(context.engine, weights, requests, {
    truncation: seedTruncation(project),
    size: labelSize(project),
    onProgress: (done, total) => context.onProgress?.({ phase, task: 'reading features', done, total, unit: 'images' }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  })
  const labels = painted.flatMap(({ labelMap }, index) =>
    Array.from(chosen[index] ?? [], (pixel) => labelMap.data[pixel] ?? 0),
  )
  return { pixels, labels: Uint8Array.from(labels), chosen }
}
