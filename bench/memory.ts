/**
 * Peak memory of a training at 512²: features of 16 images collected, then 20 steps of the ensemble, in a process of its
 * own. `npm run bench:memory`
 */
import { z } from 'zod'
import { collectFeatures, featureLength } from '../functions/gpu/interpreter/featureCollection.ts'
import { defaultFitOptions, fitEnsemble } from '../functions/gpu/interpreter/fitEnsemble.ts'
import { pixelBudget, samplePixels } from '../functions/gpu/interpreter/pixelSampling.ts'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { openEngine } from '../functions/gpu/onnx/engine.ts'
import { createRandom } from '../functions/gpu/random.ts'
import { readGenerator } from '../functions/gpu/stylegan/weights.ts'
import { answerParent, givenTask, inChild } from './support/child.ts'
import { describeMachine, gibibytes, peakMemory } from './support/machine.ts'
import { randomGenerator } from './support/randomGenerator.ts'

const images = 16
const side = 512
const parts = 20
const steps = 20
/** Memory for the features of all training pixels that leaves the generator's graph room within 2 GiB. */
const featureBytes = 192 * 2 ** 20

const Result = z.object({
  featureLength: z.number(),
  pixels: z.number(),
  collectSeconds: z.number(),
  trainSeconds: z.number(),
  collectPeak: z.number(),
  peak: z.number(),
})

async function measure(): Promise<z.infer<typeof Result>> {
  const weights = readGenerator(randomGenerator({ resolution: side }))
  const length = featureLength(weights)
  const total = pixelBudget(length, featureBytes)
  // Vertical stripes: every part has its pixels in every image.
  const labels = Uint8Array.from({ length: side * side }, (_, pixel) => Math.floor(((pixel % side) * parts) / side))
  const sampling = { parts, total, perImage: Math.ceil(total / images) }
  const random = createRandom(0, 'bench.memory')
  const chosen = samplePixels(new Array<Uint8Array>(images).fill(labels), sampling, random)
  const engine = openEngine({ device: 'cpu', threads: 2 })
  const start = performance.now()
  const requests = chosen.map((pixels, seed) => ({ seed, pixels }))
  const size = { width: side, height: side }
  const features = await collectFeatures(engine, weights, requests, { truncation: 1, size })
  const collected = performance.now()
  const collectPeak = peakMemory()
  const truth = Uint8Array.from(chosen.flatMap((pixels) => Array.from(pixels, (pixel) => labels[pixel] ?? 0)))
  const shape = { members: 10, features: length, hidden: [128, 32], parts } as const
  await fitEnsemble(engine, shape, features, truth, { ...defaultFitOptions, steps, interval: steps })
  const trained = performance.now()
  await engine.close()
  return {
    featureLength: length,
    pixels: truth.length,
    collectSeconds: (collected - start) / 1000,
    trainSeconds: (trained - collected) / 1000,
    collectPeak,
    peak: peakMemory(),
  }
}

if (givenTask() === undefined) {
  const result = Result.parse(await inChild(import.meta.url, 'measure'))
  console.log(describeMachine())
  console.log(`${images} images of ${side}², D ${result.featureLength}, ${result.pixels} pixels\n`)
  const rows = [
    ['collect features', result.collectSeconds.toFixed(1), gibibytes(result.collectPeak)],
    [`train ${steps} steps`, result.trainSeconds.toFixed(1), gibibytes(result.peak)],
  ]
  console.log(table(['phase', 'seconds', 'peak GiB so far'], rows))
} else answerParent(await measure())
