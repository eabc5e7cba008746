/** What a command will take, from a short measurement on the chosen device. */
import type { EnsembleShape } from '../functions/gpu/interpreter/ensemble.ts'
import { ensembleTensors, hiddenWidths, initialEnsemble } from '../functions/gpu/interpreter/ensemble.ts'
import { ensembleTraining } from '../functions/gpu/interpreter/ensembleTraining.ts'
import { imageGraph } from '../functions/gpu/interpreter/factoryGraph.ts'
import { featureLength } from '../functions/gpu/interpreter/featureCollection.ts'
import { defaultTuning } from '../functions/gpu/jobs/tuning.ts'
import { chooseDevice } from '../functions/gpu/onnx/chooseDevice.ts'
import type { Device } from '../functions/gpu/onnx/device.ts'
import type { Engine } from '../functions/gpu/onnx/engine.ts'
import { float32, int32 } from '../functions/gpu/onnx/hostTensor.ts'
import { initialState, openTrainer } from '../functions/gpu/onnx/training.ts'
import { sizeOfImages } from '../functions/gpu/stylegan/generator.ts'
import { sampleLatent } from '../functions/gpu/stylegan/latents.ts'
import type { GeneratorWeights } from '../functions/gpu/stylegan/weights.ts'
import type { Project } from '../schemas/project.ts'
import type { SharedOptions } from './options.ts'
import { withEngine } from './withEngine.ts'

export interface Estimate {
  /** What is estimated, as a noun phrase. */
  readonly task: string
  readonly device: Device
  readonly seconds: number
  /** How the seconds come about. */
  readonly basis: string
  readonly bytes: number
  readonly dollars: number
  readonly pricePerHour: number
}

export interface EstimateOptions extends SharedOptions {
  /** US dollars. */
  readonly pricePerHour: number
}

/** Labelled ÷ bare, as measured by `npm run bench:factory`: the student's, and the exact ensemble's on small images. */
const labeledToBare = { student: 1.5, ensemble: 7.5 } as const

/** A compressed picture takes about this many bytes per pixel, its label map a tenth of one. */
const bytesPerPixel = { image: 1.1, labels: 0.1 }

/** Images and optimizer steps of a measurement, after as many to warm up. */
const measured = 4

/** What generating will take here. */
export async function estimateGeneration(
  weights: GeneratorWeights,
  { settings }: Project,
  images: number,
  options: EstimateOptions,
): Promise<Estimate & { readonly images: number }> {
  return onChosenDevice(options, async (engine) => {
    const perImage = await secondsPerImage(engine, weights, settings.truncation)
    const ratio = labeledToBare[settings.labeler]
    const { width, height } = sizeOfImages(weights)
    const pixels = width * height
    const labels = settings.labelWidth * settings.labelHeight
    return {
      images,
      ...priced(options, images * perImage * ratio),
      task: `${images} labelled images`,
      device: engine.device,
      basis: `${milliseconds(perImage)} per bare image, measured now, × ${ratio}`,
      bytes: images * (pixels * bytesPerPixel.image + labels * bytesPerPixel.labels),
    }
  })
}

/** What training, and distilling where a student is to label, will take here. @param seeds painted images */
export async function estimateTraining(
  weights: GeneratorWeights,
  { labelList, settings }: Project,
  seeds: number,
  options: EstimateOptions,
): Promise<Estimate> {
  const { interpreter, lessons, student } = defaultTuning
  const parts = labelList.parts.length
  const shape = { members: settings.members, features: featureLength(weights), hidden: hiddenWidths(parts), parts }
  return onChosenDevice(options, async (engine) => {
    const perImage = await secondsPerImage(engine, weights, settings.truncation)
    const perStep = await secondsPerStep(engine, shape)
    const distils = settings.labeler === 'student'
    // A lesson costs about half an image more than its image; a student's step about a sixth of the ensemble's.
    const distilling = distils ? lessons.images * perImage * 1.5 + (student.steps * perStep) / 6 : 0
    const seconds = seeds * perImage + interpreter.steps * perStep + distilling
    // Weights, and the factory graph, which holds the generator too; a checkpoint takes four times the weights.
    const classifier = 4 * shape.members * shape.features * shape.hidden[0]
    return {
      ...priced(options, seconds),
      task: `training on ${seeds} painted images`,
      device: engine.device,
      basis: `${milliseconds(perImage)} per bare image and ${milliseconds(perStep)} per step, measured now`,
      bytes: 6 * classifier + 4 * weights.resolution ** 2,
    }
  })
}

export function formatEstimate({ task, device, seconds, basis, bytes, dollars, pricePerHour }: Estimate): string {
  const time = seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`
  const own = pricePerHour === 0 ? ' (your own machine; see --price-per-hour)' : ''
  return [
    `${task} on ${device}:`,
    `  time     ${time} (${basis})`,
    `  disk     ${(bytes / 1e6).toFixed(0)} MB`,
    `  dollars  ${dollars.toFixed(2)} at ${pricePerHour} per hour${own}`,
  ].join('\n')
}

async function onChosenDevice<Result>(
  { device: choice, threads }: SharedOptions,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const { device } = await chooseDevice(choice)
  return withEngine({ device, threads }, use)
}

async function secondsPerImage(engine: Engine, weights: GeneratorWeights, truncation: number): Promise<number> {
  const session = await engine.load(imageGraph(weights, truncation).bytes)
  const z = float32(Float32Array.from(sampleLatent(0, weights.latentLength)), [1, weights.latentLength])
  await session.run({ z })
  const start = performance.now()
  for (let image = 0; image < measured; image++) await session.run({ z })
  const seconds = (performance.now() - start) / 1000 / measured
  await session.release()
  return seconds
}

/** Time of an optimizer step on made-up pixels: it does not depend on what they hold. */
async function secondsPerStep(engine: Engine, shape: EnsembleShape): Promise<number> {
  const { batch, learningRate, seed } = defaultTuning.interpreter
  const definition = ensembleTraining(shape, { pixels: batch, batch, learningRate })
  const features = Float32Array.from({ length: batch * shape.features }, (_, place) => Math.sin(place))
  const trainer = await openTrainer(
    engine,
    definition,
    initialState(definition, ensembleTensors(initialEnsemble(shape, seed))),
    { features: float32(features, [batch, shape.features]), labels: int32(new Int32Array(batch)) },
  )
  const pixels = Int32Array.from({ length: measured * shape.members * batch }, (_, place) => place % batch)
  const run = () => trainer.train({ pixels: int32(pixels, [measured, shape.members, batch]) })
  await run()
  const start = performance.now()
  await run()
  const seconds = (performance.now() - start) / 1000 / measured
  await trainer.close()
  return seconds
}

function priced({ pricePerHour }: EstimateOptions, seconds: number) {
  return { seconds, dollars: (seconds / 3600) * pricePerHour, pricePerHour }
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(0)} ms`
}
