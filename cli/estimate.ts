/** What a command will take, from a short measurement on the chosen device. */
import { hiddenWidths } from '../functions/gpu/interpreter/ensemble.ts'
import { featureLength } from '../functions/gpu/interpreter/featureCollection.ts'
import {
  distillingSeconds,
  labelledToBare,
  secondsPerEnsembleStep,
  secondsPerImage,
} from '../functions/gpu/jobs/speed.ts'
import { defaultTuning } from '../functions/gpu/jobs/tuning.ts'
import { chooseDevice } from '../functions/gpu/onnx/chooseDevice.ts'
import type { Device } from '../functions/gpu/onnx/device.ts'
import type { Engine } from '../functions/gpu/onnx/engine.ts'
import { withEngine } from '../functions/gpu/onnx/withEngine.ts'
import { sizeOfImages } from '../functions/gpu/stylegan/generator.ts'
import type { GeneratorWeights } from '../functions/gpu/stylegan/weights.ts'
import type { Project } from '../schemas/project.ts'
import type { SharedOptions } from './options.ts'

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

/** A compressed picture takes about this many bytes per pixel, its label map a tenth of one. */
const bytesPerPixel = { image: 1.1, labels: 0.1 }

/** What generating will take here. */
export async function estimateGeneration(
  weights: GeneratorWeights,
  { settings }: Project,
  images: number,
  options: EstimateOptions,
): Promise<Estimate & { readonly images: number }> {
  return onChosenDevice(options, async (engine) => {
    const perImage = await secondsPerImage(engine, weights, settings.truncation)
    const ratio = labelledToBare[settings.labeler]
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
  const { interpreter } = defaultTuning
  const parts = labelList.parts.length
  const shape = { members: settings.members, features: featureLength(weights), hidden: hiddenWidths(parts), parts }
  return onChosenDevice(options, async (engine) => {
    const perImage = await secondsPerImage(engine, weights, settings.truncation)
    const perStep = await secondsPerEnsembleStep(engine, shape)
    const distils = settings.labeler === 'student'
    const distilling = distils ? distillingSeconds(defaultTuning, perImage, perStep) : 0
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

function priced({ pricePerHour }: EstimateOptions, seconds: number) {
  return { seconds, dollars: (seconds / 3600) * pricePerHour, pricePerHour }
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(0)} ms`
}
