import { ensure } from '../../../integrations/storage/index.ts'
import { createRandom } from '../random.ts'
import { encodeEnsemble, hiddenWidths } from '../interpreter/ensemble.ts'
import { collectFeatures, featureLength, type PixelSet } from '../interpreter/featureCollection.ts'
import { defaultFitOptions, fitEnsemble } from '../interpreter/fitEnsemble.ts'
import { pixelBudget, samplePixels } from '../interpreter/pixelSampling.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { type PaintedSample, readAnnotations, seedTruncation } from './annotations.ts'
import { checkpointHook, dropCheckpoint, readCheckpoint } from './checkpoints.ts'
import { type JobContext, labelSize, readProject } from './context.ts'
import { writeFactory } from './factory.ts'
import { readProjectGenerator } from './generatorWeights.ts'
import { historyMetadata } from './trainingHistory.ts'
import type { Project } from '../../../schemas/project.ts'

/** Training pixels of an image, on average; small parts get more than their share. */
const pixelsPerImage = 2000

/** Memory that the features of all training pixels may take. */
const featureBytes = 1 << 30

/** Trains the interpreter on the project's annotations; leaves `interpreter.safetensors`. */
export async function train(context: JobContext, now: () => number): Promise<void> {
  const { store, run, engine, onProgress } = context
  if ((await store.head(run.interpreter)) !== undefined) return
  const project = await readProject(context)
  const weights = await readProjectGenerator(store, project.generator)
  const painted = await readAnnotations(context, project)
  const { pixels, labels } = await collectTrainingPixels(context, project, weights, painted)
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
    defaultFitOptions,
    {
      onProgress: ({ step, heldOutLoss }, total) =>
        onProgress?.({ phase: 'train', task: 'training the interpreter', done: step, total, unit: 'steps', loss: heldOutLoss }),
      onCheckpoint: checkpointHook(context, 'train', now),
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    },
    await readCheckpoint(context, 'train'),
  )
  if (project.settings.labeler === 'ensemble') await writeFactory(context, project, weights, ensemble)
  await ensure(store, run.interpreter, encodeEnsemble(ensemble, historyMetadata(history)))
  await dropCheckpoint(context, 'train')
}

/** Features and labels of a balanced choice of pixels, as training and evaluation use them. */
export async function collectTrainingPixels(
  context: JobContext,
  project: Project,
  weights: GeneratorWeights,
  painted: readonly PaintedSample[],
): Promise<{ readonly pixels: PixelSet; readonly labels: Uint8Array; readonly chosen: readonly Uint32Array[] }> {
  const budget = pixelBudget(featureLength(weights), featureBytes)
  const chosen = samplePixels(
    painted.map(({ labelMap }) => labelMap.data),
    {
      parts: project.labelList.parts.length,
      total: Math.min(budget, painted.length * pixelsPerImage),
      perImage: Math.max(1, Math.min(2 * pixelsPerImage, Math.floor(budget / painted.length))),
    },
    createRandom(defaultFitOptions.seed, 'interpreter.pixels'),
  )
  const requests = painted.map(({ sample }, index) => ({ seed: sample.seed, pixels: chosen[index] ?? new Uint32Array(0) }))
  const pixels = await collectFeatures(context.engine, weights, requests, {
    truncation: seedTruncation(project),
    size: labelSize(project),
    onProgress: (done, total) =>
      context.onProgress?.({ phase: 'train', task: 'reading features', done, total, unit: 'images' }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  })
  const labels = painted.flatMap(({ labelMap }, index) =>
    Array.from(chosen[index] ?? [], (pixel) => labelMap.data[pixel] ?? 0),
  )
  return { pixels, labels: Uint8Array.from(labels), chosen }
}
