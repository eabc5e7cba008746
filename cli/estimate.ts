import { imageGraph } from '../functions/gpu/interpreter/factoryGraph.ts'
import { readProjectGenerator } from '../functions/gpu/jobs/generatorWeights.ts'
import { chooseDevice } from '../functions/gpu/onnx/chooseDevice.ts'
import { openEngine } from '../functions/gpu/onnx/engine.ts'
import { float32 } from '../functions/gpu/onnx/hostTensor.ts'
import { sampleLatent } from '../functions/gpu/stylegan/latents.ts'
import type { SharedOptions } from './options.ts'
import { type ProjectFolder, requireProject } from './projectFolder.ts'

export interface Estimate {
  readonly images: number
  readonly device: string
  /** Seconds of one bare image, measured now. */
  readonly secondsPerBareImage: number
  readonly labeledToBare: number
  readonly seconds: number
  readonly bytes: number
  readonly dollars: number
  readonly pricePerHour: number
}

/** Labelled ÷ bare, as measured by `npm run bench:factory`: the student's goal, and the exact ensemble on small images. */
const labeledToBare = { student: 1.5, ensemble: 6 } as const

/** A compressed picture takes about this many bytes per pixel, its label map a tenth of one. */
const bytesPerPixel = { image: 1.1, labels: 0.1 }

/** Images of the measurement, after one to warm up. */
const measured = 4

/** What generating will take here: measures a few bare images on the chosen device. */
export async function estimate(
  folder: ProjectFolder,
  images: number,
  { device: choice, threads, pricePerHour }: SharedOptions & { readonly pricePerHour: number },
): Promise<Estimate> {
  const project = await requireProject(folder)
  const weights = await readProjectGenerator(folder.store, project.generator)
  const { device } = await chooseDevice(choice)
  const engine = openEngine({ device, ...(threads === undefined ? {} : { threads }) })
  try {
    const session = await engine.load(imageGraph(weights, project.settings.truncation).bytes)
    const z = float32(Float32Array.from(sampleLatent(0, weights.latentLength)), [1, weights.latentLength])
    await session.run({ z })
    const start = performance.now()
    for (let image = 0; image < measured; image++) await session.run({ z })
    const secondsPerBareImage = (performance.now() - start) / 1000 / measured
    const ratio = labeledToBare[project.settings.labeler]
    const seconds = images * secondsPerBareImage * ratio
    const pixels = weights.resolution ** 2
    const { labelWidth, labelHeight } = project.settings
    const bytes = images * (pixels * bytesPerPixel.image + labelWidth * labelHeight * bytesPerPixel.labels)
    return {
      images,
      device,
      secondsPerBareImage,
      labeledToBare: ratio,
      seconds,
      bytes,
      dollars: (seconds / 3600) * pricePerHour,
      pricePerHour,
    }
  } finally {
    await engine.close()
  }
}

export function formatEstimate({
  images,
  device,
  secondsPerBareImage,
  labeledToBare,
  seconds,
  bytes,
  dollars,
  pricePerHour,
}: Estimate): string {
  const minutes = seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`
  return [
    `${images} labelled images on ${device}:`,
    `  time     ${minutes} (${(secondsPerBareImage * 1000).toFixed(0)} ms per bare image, measured now, × ${labeledToBare})`,
    `  disk     ${(bytes / 1e6).toFixed(0)} MB`,
    `  dollars  ${dollars.toFixed(2)} at ${pricePerHour} per hour${pricePerHour === 0 ? ' (your own machine; see --price-per-hour)' : ''}`,
  ].join('\n')
}
