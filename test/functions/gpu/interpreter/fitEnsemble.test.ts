import { afterAll, describe, expect, test } from 'vitest'
import { classify } from '../../../../functions/gpu/interpreter/classifier.ts'
import {
  type Ensemble,
  type EnsembleShape,
  encodeEnsemble,
  ensembleTensor,
  InterpreterError,
  parameterShapes,
  statisticShapes,
} from '../../../../functions/gpu/interpreter/ensemble.ts'
import type { PixelSet } from '../../../../functions/gpu/interpreter/featureCollection.ts'
import {
  defaultFitOptions,
  type EnsembleFitOptions,
  fitEnsemble,
} from '../../../../functions/gpu/interpreter/fitEnsemble.ts'
import { pickPixels, splitPixels } from '../../../../functions/gpu/interpreter/pixelSplit.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../../../functions/gpu/onnx/checkpoint.ts'
import { constant } from '../../../../functions/gpu/onnx/constant.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import type { FitCheckpoint, FitHooks } from '../../../../functions/gpu/onnx/fit.ts'
import { float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { TrainingError } from '../../../../functions/gpu/onnx/training.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const shape: EnsembleShape = { members: 3, features: 5, hidden: [8, 6], parts: 4 }
const count = 240
const labels = Uint8Array.from({ length: count }, (_, pixel) => (pixel * 7) % shape.parts)

/** Features that lie around a corner of their own for each part. A new array each time: fitting empties it. */
function separable(): PixelSet {
  const random = createRandom(0, 'features')
  const features = Float32Array.from({ length: count * shape.features }, (_, place) => {
    const [pixel, feature] = [Math.floor(place / shape.features), place % shape.features]
    return (feature === labels[pixel] ? 3 : 0) + 0.3 * random.normal()
  })
  return { features, pixels: count, length: shape.features }
}

const options: EnsembleFitOptions = {
  ...defaultFitOptions,
  steps: 80,
  batch: 24,
  interval: 10,
  learningRate: 0.02,
  heldOutShare: 0.25,
}
const run = (changes: Partial<EnsembleFitOptions> = {}, hooks: FitHooks = {}, resume?: FitCheckpoint) =>
  fitEnsemble(engine, shape, separable(), labels, { ...options, ...changes }, hooks, resume)

/** The part that each member chooses: [members, pixels]. */
async function choices(ensemble: Ensemble, { features, pixels, length }: PixelSet): Promise<readonly number[]> {
  const shapes: Readonly<Record<string, readonly number[]>> = { ...parameterShapes(shape), ...statisticShapes(shape) }
  const tensor = (name: string) => constant(ensembleTensor(ensemble, name), shapes[name] ?? [])
  const logits = classify(constant(features, [pixels, length]), tensor)
  const session = await engine.load(buildModel({ name: 'choices', outputs: { logits } }).bytes)
  const values = float32Data((await session.run({})).results.logits, 'logits')
  return Array.from({ length: shape.members * pixels }, (_, row) => {
    const own = values.subarray(row * shape.parts, (row + 1) * shape.parts)
    return own.indexOf(Math.max(...own))
  })
}

describe('fitting the ensemble', () => {
  test('to parts that can be told apart leaves no held-out pixel wrong, for any member', async () => {
    const { ensemble, history } = await run()
    const { heldOut } = splitPixels(count, options.heldOutShare, options.seed)
    const truth = Array.from(heldOut, (pixel) => labels[pixel])
    expect(truth.length).toBe(60)
    const chosen = await choices(ensemble, pickPixels(separable(), heldOut))
    expect(chosen).toEqual([...truth, ...truth, ...truth])
    expect(history.at(-1)?.heldOutLoss).toBeLessThan(0.1)
    // Nothing is known at first: every part is as likely as another.
    expect(history[0]?.heldOutLoss).toBeLessThan(Math.log(shape.parts) * 1.2)
  })

  test('gives the same bytes again, others for another seed', async () => {
    const [first, again, other] = [await run(), await run(), await run({ seed: 1 })]
    expect(encodeEnsemble(again.ensemble)).toEqual(encodeEnsemble(first.ensemble))
    expect(again.history).toEqual(first.history)
    expect(encodeEnsemble(other.ensemble)).not.toEqual(encodeEnsemble(first.ensemble))
  })

  test('goes on after an interruption, from its file, to the same bytes', async () => {
    const whole = await run()
    const controller = new AbortController()
    const files: Uint8Array[] = []
    const onCheckpoint = async (fetch: () => Promise<FitCheckpoint>): Promise<void> => {
      files.push(encodeCheckpoint(await fetch(), { device: 'cpu', runtimeVersion: 'test', threads: '1' }))
      if (files.length === 3) controller.abort(new Error('stopped'))
    }
    await expect(run({}, { onCheckpoint, signal: controller.signal })).rejects.toThrow('stopped')
    const { checkpoint } = decodeCheckpoint(files.at(-1) ?? new Uint8Array())
    expect(checkpoint.state.step).toBe(30)
    const resumed = await run({}, {}, checkpoint)
    expect(encodeEnsemble(resumed.ensemble)).toEqual(encodeEnsemble(whole.ensemble))
    expect(resumed.history).toEqual(whole.history)
  })

  test('lets each member train on pixels of its own', async () => {
    const pool = (part: number) =>
      Uint32Array.from({ length: count }, (_, pixel) => pixel).filter((p) => labels[p] === part)
    const { ensemble } = await run({ pools: [pool(0), pool(1), pool(2)], patience: 100 })
    const chosen = await choices(ensemble, pickPixels(separable(), Uint32Array.of(0, 1, 2, 3)))
    expect(chosen).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
  })

  test('can do without a part that was never painted', async () => {
    const wider = { ...shape, parts: 6 }
    const { history } = await fitEnsemble(engine, wider, separable(), labels, options)
    expect(history.at(-1)?.heldOutLoss).toBeLessThan(0.1)
  })
})

describe('what cannot be fitted is refused before anything is trained', () => {
  const fitting = (pixels: PixelSet, given: Uint8Array) => fitEnsemble(engine, shape, pixels, given, options)

  test.each([
    [
      'features of another length',
      { ...separable(), length: 4 },
      labels,
      'a pixel has 4 features, the interpreter takes 5',
    ],
    ['too few labels', separable(), labels.slice(1), '240 pixels have 239 labels'],
    ['a label outside the list', separable(), labels.with(17, 4), 'pixel 17 is labelled 4, the label list ends at 3'],
    ['no pixels', { features: new Float32Array(), pixels: 0, length: 5 }, new Uint8Array(), 'there are no pixels'],
  ])('%s', async (_, pixels, given, message) => {
    await expect(fitting(pixels, given)).rejects.toThrow(InterpreterError)
    await expect(fitting(pixels, given)).rejects.toThrow(message)
  })

  test('features that are not finite stop it at the step that meets them', async () => {
    const pixels = separable()
    pixels.features.fill(Number.NaN, 0, shape.features * 100)
    const failing = fitting(pixels, labels)
    await expect(failing).rejects.toThrow(TrainingError)
    await expect(failing).rejects.toThrow('the loss became NaN at step 1')
  })
})
