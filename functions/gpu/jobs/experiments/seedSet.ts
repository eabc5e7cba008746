import { decodeResizedRgb, resizeLabelMap } from '../../../../integrations/images/index.ts'
import type { LabelledImages } from '../../segmenter/labelledImages.ts'
import { readAnnotations } from '../annotations.ts'
import { readSeedImages } from '../seedImages.ts'
import type { TrialContext } from './context.ts'
import { standardRequest } from './generatedArms.ts'
import { openGeneratedProject } from './generatedSet.ts'
import { holdOut, type Learning } from './learning.ts'

/** The painted images themselves: what arms without a generated dataset learn from. */
export async function seedLearning(context: TrialContext): Promise<Learning> {
  const { settings, trial } = context
  return holdOut(await seedSet(context), settings.segmenter.heldOutShare, trial.randomSeed)
}

/** At the network's size. */
async function seedSet(context: TrialContext): Promise<LabelledImages> {
  const { store, engine, signal, data } = context
  const { keys, project } = await openGeneratedProject(context, standardRequest(context))
  const painted = await readAnnotations({ store, keys }, project)
  const files = await readSeedImages({ store, keys, engine, signal }, project, painted)
  const { width, height } = data.size
  const pixels = width * height
  const images = new Uint8Array(3 * pixels * painted.length)
  const labels = new Uint8Array(pixels * painted.length)
  for (const [index, { labelMap }] of painted.entries()) {
    const { image } = await decodeResizedRgb(files[index] ?? new Uint8Array(0), data.size)
    images.set(image.data, 3 * pixels * index)
    labels.set(resizeLabelMap(labelMap, width, height).data, pixels * index)
  }
  return { count: painted.length, size: data.size, images, labels }
}
