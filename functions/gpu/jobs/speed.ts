/** How fast this machine is, from a few steps and images: what estimates are made of. */
import { type EnsembleShape, ensembleTensors, initialEnsemble } from '../interpreter/ensemble.ts'
import { ensembleTraining } from '../interpreter/ensembleTraining.ts'
import { imageGraph } from '../interpreter/factoryGraph.ts'
import type { Engine } from '../onnx/engine.ts'
import { float32, int32 } from '../onnx/hostTensor.ts'
import { initialState, openTrainer } from '../onnx/training.ts'
import { initialDeepLab } from '../segmenter/initialWeights.ts'
import type { SegmenterNetwork } from '../segmenter/segmenter.ts'
import { segmenterTraining } from '../segmenter/segmenterTraining.ts'
import { latentTensor } from '../stylegan/latents.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { defaultTuning, type JobTuning } from './tuning.ts'

/** Labelled ÷ bare, as measured by `npm run bench:factory`: the student's, and the exact ensemble's on small images. */
export const labelledToBare = { student: 1.5, ensemble: 7.5 } as const

/** What a student takes: a lesson costs half an image more than its image, a step a sixth of the ensemble's. */
export function distillingSeconds(
  { lessons, student }: Pick<JobTuning, 'lessons' | 'student'>,
  image: number,
  ensembleStep: number,
): number {
  return lessons.images * image * 1.5 + (student.steps * ensembleStep) / 6
}

/** Images and optimizer steps of a measurement, after as many to warm up. */
const measured = { images: 4, ensembleSteps: 4, segmenterSteps: 2 }

/** Of a generated image without labels. */
export async function secondsPerImage(engine: Engine, weights: GeneratorWeights, truncation: number): Promise<number> {
  const session = await engine.load(imageGraph(weights, truncation).bytes)
  const z = latentTensor(0, weights.latentLength)
  await session.run({ z })
  const seconds = await timed(async () => {
    for (let image = 0; image < measured.images; image++) await session.run({ z })
  })
  await session.release()
  return seconds / measured.images
}

/** Of an optimizer step of the ensemble, on made-up pixels: it does not depend on what they hold. */
export async function secondsPerEnsembleStep(engine: Engine, shape: EnsembleShape): Promise<number> {
  const { batch, learningRate, seed } = defaultTuning.interpreter
  const definition = ensembleTraining(shape, { pixels: batch, batch, learningRate })
  const features = Float32Array.from({ length: batch * shape.features }, (_, place) => Math.sin(place))
  const trainer = await openTrainer(
    engine,
    definition,
    initialState(definition, ensembleTensors(initialEnsemble(shape, seed))),
    { features: float32(features, [batch, shape.features]), labels: int32(new Int32Array(batch)) },
  )
  const steps = measured.ensembleSteps
  const pixels = Int32Array.from({ length: steps * shape.members * batch }, (_, place) => place % batch)
  const run = () => trainer.train({ pixels: int32(pixels, [steps, shape.members, batch]) })
  await run()
  const seconds = await timed(run)
  await trainer.close()
  return seconds / steps
}

/** Of an optimizer step of a segmenter, on made-up images. */
export async function secondsPerSegmenterStep(
  engine: Engine,
  network: SegmenterNetwork,
  batch: number,
): Promise<number> {
  const { width, height } = network.size
  const classWeights = new Float32Array(network.classes).fill(1)
  const choice = { optimizer: 'sgd', learningRate: 1e-3, momentum: 0.9, weightDecay: 0, steps: 1e9 } as const
  const definition = segmenterTraining(network, { ...choice, batch, classWeights })
  const trainer = await openTrainer(engine, definition, initialState(definition, initialDeepLab(network, 0)))
  const steps = measured.segmenterSteps
  const shape = [steps, batch, height, width]
  const pixels = steps * batch * height * width
  const run = () =>
    trainer.train({
      images: {
        dtype: 'uint8',
        shape: [...shape, 3],
        data: Uint8Array.from({ length: 3 * pixels }, (_, at) => at * 31),
      },
      labels: { dtype: 'uint8', shape, data: Uint8Array.from({ length: pixels }, (_, at) => at % network.classes) },
    })
  await run()
  const seconds = await timed(run)
  await trainer.close()
  return seconds / steps
}

/** Seconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
