/** The avatars as an experiment's data: drawings are the real images, their own layers the true labels. */

import type { ExperimentData, LabelledPool } from '../../../functions/gpu/jobs/experiments/data.ts'
import {
  describeGenerator,
  embeddedGenerator,
  readEmbeddedGenerator,
} from '../../../functions/gpu/jobs/generatorWeights.ts'
import { makeSamples } from '../../../functions/gpu/jobs/samples.ts'
import type { Engine } from '../../../functions/gpu/onnx/engine.ts'
import { readSeedLabels } from '../../../integrations/datasets/readMasks.ts'
import { packageFile } from '../../../integrations/packageFiles.ts'
import type { LabelList } from '../../../schemas/labels.ts'
import { sha256Of } from '../../../schemas/sha256.ts'
import type { Annotator } from './annotator.ts'
import { type RealAvatarsOptions, realAvatars } from './realAvatars.ts'
import { drawingStyles, type StyleName } from './styles.ts'

/**
 * Seeds of the drawings, apart from one another. The generator was taught drawings of 1,000,000 to 1,040,000, without
 * labels; those are the images without labels.
 */
const seeds = { unlabelled: 1_000_000, training: 2_000_000, test: 3_000_000, elsewhere: 2_000_000 }
const most = { training: 5000, unlabelled: 5000, elsewhere: 5000 }
/** The first sixteen are those that come with the generator, painted. */
const painted = { from: 100, each: 30 }
const side = 128
const size = { width: side, height: side }

export interface AvatarsDataOptions extends RealAvatarsOptions {
  readonly testImages?: number
}

/** The generator's label list and that of the drawings name different parts. */
export class OtherPartsError extends Error {
  override readonly name = 'OtherPartsError'
}

/** @throws OtherPartsError where drawings and generator have other parts */
export async function avatarsData(
  engine: Engine,
  annotator: Annotator,
  { testImages = 300, ...drawing }: AvatarsDataOptions = {},
): Promise<ExperimentData> {
  const weights = await readEmbeddedGenerator()
  const labelList = await readLabels()
  const read = async (style: StyleName, first: number, count: number) => {
    const range = Array.from({ length: count }, (_, index) => first + index)
    return { count, size, ...(await realAvatars(style, range, side, drawing)) }
  }
  const pool = (style: StyleName, first: number, available: number): LabelledPool => ({
    available,
    take: (count, randomSeed) => read(style, first + available * randomSeed, count),
  })
  const test = await read('avataaars', seeds.test, testImages)
  const facts = [weights.sha256, seeds, most, painted, side, sha256Of(test.images), sha256Of(test.labels)]
  return {
    name: 'avatars',
    fingerprint: sha256Of(JSON.stringify(facts)),
    size,
    real: pool('avataaars', seeds.training, most.training),
    test: { count: testImages, read: async () => test },
    unlabelled: {
      available: most.unlabelled,
      take: (count) => read('avataaars', seeds.unlabelled, count),
    },
    elsewhere: {
      kind: 'images',
      what: 'drawings in the micah style',
      parts: drawingStyles.micah.labels.parts.length,
      pool: pool('micah', seeds.elsewhere, most.elsewhere),
    },
    annotate: (images) => annotator.paint(images),
    seeds: {
      generator: describeGenerator(embeddedGenerator, weights),
      copyGenerator: async () => {},
      labelList,
      settings: { labelWidth: side, labelHeight: side },
      available: painted.each,
      choose: (count, randomSeed) =>
        Array.from({ length: count }, (_, index) => painted.from + painted.each * randomSeed + index),
      paint: async (chosen) => {
        const images = new Uint8Array(3 * side * side * chosen.length)
        const request = { seeds: chosen, truncations: [labelList.truncation] }
        for await (const { seed, image } of makeSamples({ engine }, weights, request))
          images.set(image.data, 3 * side * side * chosen.indexOf(seed))
        const labels = await annotator.paint({ count: chosen.length, size, images })
        return chosen.map((_, index) => ({
          ...size,
          data: labels.slice(side * side * index, side * side * (index + 1)),
        }))
      },
    },
  }
}

async function readLabels(): Promise<LabelList> {
  const folder = packageFile('models/avatars/seeds')
  const labels = await readSeedLabels(folder)
  if (labels === undefined) throw new OtherPartsError(`${folder} has no label list`)
  const { parts, truncation } = labels
  const drawn = drawingStyles.avataaars.labels.parts
  const [ours, theirs] = [parts, drawn].map((list) => list.map(({ id, name }) => `${id} ${name}`).join(', '))
  if (ours !== theirs) throw new OtherPartsError(`the generator's parts are ${ours}, those of the drawings ${theirs}`)
  return { parts, truncation }
}
