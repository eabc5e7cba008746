/** Transfer learning: weights of another task, whose last layer is tuned on the painted seeds. */
import { ensure } from '../../../../integrations/storage/index.ts'
import { fitLastLayer } from '../../segmenter/fitLastLayer.ts'
import { fitSegmenter } from '../../segmenter/fitSegmenter.ts'
import { initialDeepLab } from '../../segmenter/initialWeights.ts'
import { type Pretrained, readPretrained } from '../../segmenter/pretrained.ts'
import { encodeSegmenter } from '../../segmenter/segmenterFile.ts'
import { experimentKeys, networkOf, type TrialContext } from './context.ts'
import { ExperimentError } from './data.ts'
import type { ArmFit } from './fitArm.ts'
import { holdOut, learn } from './learning.ts'
import { seedLearning } from './seedSet.ts'

/** @throws ExperimentError where there is nothing to transfer; PretrainedError where weights are another network's */
export async function fitTransfer(context: TrialContext): Promise<ArmFit> {
  const { trial } = context
  const network = networkOf(context)
  const { bytes, steps, what } = await learnedElsewhere(context)
  const { tensors, kind } = readPretrained(network, bytes)
  const learning = await seedLearning(context)
  const fit = await learn(context, learning, {
    network,
    name: 'segmenter',
    start: new Map([...initialDeepLab(network, trial.randomSeed), ...tensors]),
    fitting: kind === 'whole' ? fitLastLayer : fitSegmenter,
  })
  return {
    ...fit,
    learning,
    steps: steps + (fit.history.at(-1)?.step ?? 0),
    notes: [`begun with ${what}`, tuned(kind)],
  }
}

function tuned(kind: Pretrained['kind']): string {
  return kind === 'whole'
    ? 'the last layer was tuned'
    : 'all layers were tuned, since the weights are of a backbone without a head'
}

async function learnedElsewhere(
  context: TrialContext,
): Promise<{ readonly bytes: Uint8Array; readonly steps: number; readonly what: string }> {
  const { store, data, settings, trial } = context
  const { elsewhere } = data
  if (elsewhere === undefined) throw new ExperimentError('there are no weights of another task')
  const { what } = elsewhere
  if (elsewhere.kind === 'weights') return { bytes: elsewhere.bytes, steps: 0, what }
  const key = experimentKeys(data.name).learnedElsewhere(trial.id)
  const there = await store.get(key)
  const { steps } = settings.segmenter
  if (there !== undefined) return { bytes: there.bytes, steps, what }
  const { pool, parts } = elsewhere
  const images = await pool.take(Math.min(settings.elsewhere, pool.available), trial.randomSeed)
  const learning = holdOut(images, settings.segmenter.heldOutShare, trial.randomSeed)
  const { segmenter } = await learn(context, learning, { network: networkOf(context, parts), name: 'elsewhere' })
  const bytes = encodeSegmenter(segmenter)
  await ensure(store, key, bytes)
  return { bytes, steps, what }
}
