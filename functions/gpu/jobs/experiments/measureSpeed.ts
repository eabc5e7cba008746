import { hiddenWidths } from '../../interpreter/ensemble.ts'
import { featureLength } from '../../interpreter/featureCollection.ts'
import { initialDeepLab } from '../../segmenter/initialWeights.ts'
import { labelWithFusion } from '../../segmenter/semiSupervised/labelWithFusion.ts'
import { readProjectGenerator } from '../generatorWeights.ts'
import { secondsPerEnsembleStep, secondsPerImage, secondsPerSegmenterStep, timed } from '../speed.ts'
import { standardArm } from './arms.ts'
import { type ExperimentContext, networkOf } from './context.ts'

/** Seconds, measured here and now. */
export interface Speed {
  /** Of an optimizer step of the segmenter. */
  readonly step: number
  /** To label an image with the segmenter. */
  readonly labelled: number
  /** To generate an image without labels. */
  readonly image: number
  /** Of an optimizer step of the standard ensemble. */
  readonly ensembleStep: number
}

const images = 8

/** Takes some steps of everything that an experiment spends its time on. */
export async function measureSpeed(context: ExperimentContext): Promise<Speed> {
  const { store, engine, data, settings } = context
  const { generator, labelList, copyGenerator } = data.seeds
  await copyGenerator(store)
  const weights = await readProjectGenerator(store, generator)
  const parts = labelList.parts.length
  const { members } = standardArm(data.seeds, 1)
  const shape = { members, features: featureLength(weights), hidden: hiddenWidths(parts), parts }
  const network = networkOf(context)
  const labeler = { segmenter: { network, tensors: initialDeepLab(network, 0) } }
  const blank = new Uint8Array(3 * images * data.size.width * data.size.height).fill(127)
  const label = () => labelWithFusion(engine, labeler, { count: images, size: data.size, images: blank })
  await label()
  return {
    labelled: (await timed(label)) / images,
    step: await secondsPerSegmenterStep(engine, network, settings.segmenter.batch),
    image: await secondsPerImage(engine, weights, labelList.truncation),
    ensembleStep: await secondsPerEnsembleStep(engine, shape),
  }
}
