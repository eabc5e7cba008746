import { afterAll, test } from 'vitest'
import { gradients } from '../../../../../functions/gpu/onnx/autodiff.ts'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { reduceSum } from '../../../../../functions/gpu/onnx/ops/reduce.ts'
import { input } from '../../../../../functions/gpu/onnx/tensor.ts'
import { binaryCrossEntropy } from '../../../../../functions/gpu/segmenter/semiSupervised/binaryCrossEntropy.ts'
import { closeTo } from '../../../../support/close.ts'
import { evaluate } from '../../onnx/evaluate.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const logits = [-200, -3, -0.5, 0, 0, 0.5, 3, 200]
const targets = [0, 1, 0.25, 0, 1, 1, 0, 0]

async function computed() {
  const [z, t] = ['z', 't'].map((name) => input(name, 'float32', [logits.length]))
  if (z === undefined || t === undefined) throw new TypeError('no inputs')
  const losses = binaryCrossEntropy(z, t)
  const [slope] = gradients(reduceSum(losses), [z])
  if (slope === undefined) throw new TypeError('no gradient')
  return evaluate(engine, { losses, slope }, { z: logits, t: targets })
}

test('is the surprise at a target, and finite for any logit', async () => {
  const { losses } = await computed()
  const expected = logits.map((z, index) => {
    const [t = 0, logOne, logZero] = [targets[index], -Math.log1p(Math.exp(-z)), -Math.log1p(Math.exp(z))]
    return -(t === 0 ? logZero : t === 1 ? logOne : t * logOne + (1 - t) * logZero)
  })
  closeTo(losses ?? [], expected, { absolute: 1e-6, relative: 1e-6 })
})

test('has the gradient σ(z) − t, at 0 too', async () => {
  const { slope } = await computed()
  const expected = logits.map((z, index) => 1 / (1 + Math.exp(-z)) - (targets[index] ?? 0))
  closeTo(slope ?? [], expected, 1e-6)
})
