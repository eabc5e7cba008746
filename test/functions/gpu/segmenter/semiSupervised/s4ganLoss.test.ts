import { afterAll, describe, expect, test } from 'vitest'
import { gradients } from '../../../../../functions/gpu/onnx/autodiff.ts'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { float32, type HostTensor, int32 } from '../../../../../functions/gpu/onnx/hostTensor.ts'
import { closeTo } from '../../../../support/close.ts'
import { evaluate } from '../../onnx/evaluate.ts'
import { feeds, givenValues, inputs, lossesOf, parameterNames } from './s4ganFixture.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

async function measured(scoreThreshold?: number, changed: Readonly<Record<string, HostTensor>> = {}) {
  const { ...losses } = lossesOf(inputs(), scoreThreshold)
  const found = await evaluate(engine, losses, { ...feeds, ...changed })
  return Object.fromEntries(Object.entries(found).map(([name, [value]]) => [name, value ?? Number.NaN]))
}

describe('the losses of s4GAN', () => {
  test.each(['supervised', 'featureMatching', 'selfTraining', 'chosen', 'discriminator', 'segmenter'])(
    'are those of PyTorch: %s',
    async (name) => {
      closeTo([(await measured())[name] ?? Number.NaN], givenValues(`losses.${name}`), 1e-5)
    },
  )

  test('have the gradients of PyTorch: the segmenter’s for its logits', async () => {
    const given = inputs()
    const [logits, unlabelledLogits] = gradients(lossesOf(given).segmenter, [given.logits, given.unlabelledLogits])
    if (logits === undefined || unlabelledLogits === undefined) throw new TypeError('no gradient')
    const found = await evaluate(engine, { slopes: logits, unlabelledSlopes: unlabelledLogits }, feeds)
    const tolerance = { absolute: 1e-8, relative: 1e-4 }
    closeTo(found.slopes ?? [], givenValues('slopes.logits'), tolerance)
    closeTo(found.unlabelledSlopes ?? [], givenValues('slopes.unlabelledLogits'), tolerance)
  })

  test('have the gradients of PyTorch: the discriminator’s for its weights', async () => {
    const given = inputs()
    const slopes = gradients(lossesOf(given).discriminator, Object.values(given.parameters))
    const outputs = Object.fromEntries(
      parameterNames.flatMap((name, index) => {
        const slope = slopes[index]
        return slope === undefined ? [] : [[`slope.${name}`, slope]]
      }),
    )
    const { logits: _, classWeights: __, ...read } = feeds
    const found = await evaluate(engine, outputs, read)
    for (const name of parameterNames)
      closeTo(found[`slope.${name}`] ?? [], givenValues(`slopes.${name}`), { absolute: 1e-6, relative: 1e-4 })
  })
})

describe('self-training', () => {
  const scores = Array.from(givenValues('predicted.logits'), (logit) => 1 / (1 + Math.exp(-logit)))

  test.each([0, 0.25, 0.3, 0.5, 0.6, 1])('chooses the images that score above γ = %d', async (threshold) => {
    const { chosen } = await measured(threshold)
    expect(chosen).toBeCloseTo(scores.filter((score) => score > threshold).length / 3, 6)
  })

  test('is nothing, and teaches nothing, where no image is chosen', async () => {
    const none = await measured(1)
    expect(none.selfTraining).toBe(0)
    expect(none.segmenter).toBeCloseTo((none.supervised ?? 0) + 0.1 * (none.featureMatching ?? 0), 6)
  })

  test('leaves images that are not chosen out of the mean', async () => {
    const best = scores.indexOf(Math.max(...scores))
    const threshold = (scores.toSorted((a, b) => a - b)[1] ?? 0) + 0.01
    const { selfTraining } = await measured(threshold)
    const logits = givenValues('unlabelledLogits')
    const margins = feeds.margins?.data ?? []
    const pixels = 32 * 24
    let [sum, count] = [0, 0]
    for (let pixel = 0; pixel < pixels; pixel++) {
      if (Number(margins[best * pixels + pixel]) === 255) continue
      const own = [0, 1, 2].map((part) => logits[(best * 3 + part) * pixels + pixel] ?? 0)
      const largest = Math.max(...own)
      sum += Math.log(own.reduce((total, logit) => total + Math.exp(logit - largest), 0))
      count += 1
    }
    expect(selfTraining).toBeCloseTo(sum / count, 5)
  })
})

test('what the segmenter says where there is no image changes nothing', async () => {
  const margins = feeds.margins?.data ?? []
  const pixels = 32 * 24
  const logits = givenValues('unlabelledLogits').map((logit, at) => {
    const image = Math.floor(at / (3 * pixels))
    return Number(margins[image * pixels + (at % pixels)]) === 255 ? -3 * logit : logit
  })
  expect(logits).not.toEqual(givenValues('unlabelledLogits'))
  expect(await measured(undefined, { unlabelledLogits: float32(logits, [3, 3, 32, 24]) })).toEqual(await measured())
})

test('labelled images of which nothing is known teach the segmenter nothing', async () => {
  const labels = int32(new Int32Array(2 * 32 * 24).fill(255), [2, 32, 24])
  expect((await measured(undefined, { labels })).supervised).toBe(0)
})
