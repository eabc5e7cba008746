/** An experiment whose trials take a second: images of 32² and three parts, of which nothing is learned. */
import type { ExperimentContext } from '../../../../../functions/gpu/jobs/experiments/context.ts'
import type { ExperimentData } from '../../../../../functions/gpu/jobs/experiments/data.ts'
import type { ExperimentSettings } from '../../../../../functions/gpu/jobs/experiments/plan.ts'
import { describeGenerator } from '../../../../../functions/gpu/jobs/generatorWeights.ts'
import { segmenterOptions } from '../../../../../functions/gpu/jobs/segmenterOptions.ts'
import type { Engine } from '../../../../../functions/gpu/onnx/engine.ts'
import type { Store } from '../../../../../integrations/storage/index.ts'
import { generatorWeightsKey } from '../../../../../integrations/storage/keys.ts'
import type { OursArm, TrialRecord } from '../../../../../schemas/experiment.ts'
import { fixture } from '../../../../support/fixture.ts'
import { tinyTuning } from '../../../tinyProject.ts'
import { tinyGenerator } from '../../interpreter/tinyGenerator.ts'
import { shapesData } from '../../segmenter/shapesData.ts'
import { halved, side } from '../tinyJobs.ts'

const parts = ['background', 'disc', 'square'].map((name, id) => ({ id, name, color: `#0${id}0000` }))

export const tinySettings: ExperimentSettings = {
  segmenter: segmenterOptions(
    { labelWidth: side, labelHeight: side },
    { steps: 2, interval: 1, patience: 10, batch: 4, outputStride: 16 },
  ),
  unlabelled: 6,
  elsewhere: 8,
  tuning: tinyTuning,
}

export const tinyOurs: OursArm = {
  kind: 'ours',
  generated: 6,
  seeds: 2,
  filter: 0.2,
  truncation: 0.7,
  members: 2,
  chosen: 'random',
  labeler: 'ensemble',
}

/** All that an experiment can ask for; each real image that is asked for is counted. */
export function tinyData(changes: Partial<ExperimentData> = {}): ExperimentData & { readonly asked: number[] } {
  const asked: number[] = []
  const pool = (first: number) => ({
    available: 40,
    take: async (count: number, randomSeed: number) => {
      asked.push(count)
      return shapesData(count, first + randomSeed)
    },
  })
  return {
    asked,
    name: 'shapes',
    fingerprint: 'shapes',
    size: { width: side, height: side },
    real: pool(1),
    test: { count: 5, read: async () => shapesData(5, 1000) },
    unlabelled: { available: 20, take: async (count) => shapesData(count, 2000) },
    elsewhere: { kind: 'images', what: 'other shapes', parts: 3, pool: pool(3000) },
    annotate: async ({ images }) =>
      Uint8Array.from({ length: images.length / 3 }, (_, at) => (images[3 * at] ?? 0) >> 7),
    seeds: {
      generator: describeGenerator('tiny', tinyGenerator),
      copyGenerator: async (to) => {
        const key = generatorWeightsKey('tiny')
        if ((await to.head(key)) === undefined) await to.create(key, fixture('stylegan/skip.generator.safetensors'))
      },
      labelList: { parts, truncation: 0.7 },
      settings: { labelWidth: side, labelHeight: side, shardSize: 4 },
      available: 30,
      choose: (count, randomSeed) => Array.from({ length: count }, (_, index) => 100 + 30 * randomSeed + index),
      paint: async (seeds) => seeds.map((seed) => halved(1 + (seed % 2))),
    },
    ...changes,
  }
}

export function tinyContext(store: Store, engine: Engine, changes: Partial<ExperimentContext> = {}): ExperimentContext {
  const clock = { now: Date.parse('2030-01-01T00:00:00.000Z') }
  return {
    store,
    engine,
    data: tinyData(),
    settings: tinySettings,
    // Every look at the clock takes a second.
    now: () => {
      clock.now += 1000
      return new Date(clock.now)
    },
    ...changes,
  }
}

/** What a trial measured, without the time that it took. */
export function measured({ miou, parts, heldOut, interpreter, images, steps }: TrialRecord) {
  return { miou, parts, heldOut, interpreter, images, steps }
}
