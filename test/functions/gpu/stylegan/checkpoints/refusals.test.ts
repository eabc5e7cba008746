import { describe, expect, test } from 'vitest'
import { SafetensorsError } from '../../../../../functions/gpu/onnx/safetensors.ts'
import { CheckpointError } from '../../../../../functions/gpu/stylegan/checkpoints/errors.ts'
import { PickledObject, type PickleValue } from '../../../../../functions/gpu/stylegan/checkpoints/pickle/value.ts'
import { readPickled } from '../../../../../functions/gpu/stylegan/checkpoints/pickled.ts'
import { readCheckpoint } from '../../../../../functions/gpu/stylegan/checkpoints/readCheckpoint.ts'
import { pickledTensor } from '../../../../support/checkpoints.ts'
import { fixture } from '../../../../support/fixture.ts'

const file = (name: string): Uint8Array => fixture(`stylegan/checkpoints/${name}`)
const text = (content: string): Uint8Array => new TextEncoder().encode(content)

function refuses(run: () => unknown, message: string | RegExp): void {
  expect(run).toThrow(CheckpointError)
  expect(run).toThrow(message)
}

describe('another network is refused for what it is', () => {
  test.each([
    ['stylegan3.pkl', 'this is a StyleGAN3 generator (t or r)'],
    ['stylegan1.pt', 'this is a StyleGAN1 generator'],
    ['tensorflow.pkl', /TensorFlow.*StyleGAN1.*legacy\.py/],
    ['discriminator.pkl', 'a discriminator and no averaged generator: a dict with D, training_set_kwargs.'],
  ])('%s', (name, message) => refuses(() => readCheckpoint(file(name)), message))

  test.each([
    ['synthesis.L0_36_1024.weight', 'StyleGAN3'],
    ['generator.progression.0.conv1.conv.weight', 'StyleGAN1'],
    ['final_linear.0.weight', 'a discriminator'],
    ['b4.fc.weight', 'a discriminator'],
    ['backbone.layer1.weight', "names of neither NVIDIA's nor rosinality's"],
  ])('weights with names like %s', (name, message) => {
    refuses(() => readPickled(new Map([[name, pickledTensor([2, 2])]]), {}), message)
  })
})

describe('a pickle without a generator is refused with what it holds', () => {
  const cases: readonly [string, PickleValue, string | RegExp][] = [
    ['a number', 7, 'the file holds 7, expected a dict with G_ema'],
    ['nothing', null, 'the file holds null'],
    ['a list', [1, 2], 'the file holds a list of 2'],
    ['an empty dict', new Map(), 'the file holds an empty dict'],
    ['other fields', new Map([['epoch', 3]]), 'the file holds a dict with epoch'],
    ['G_ema as text', new Map([['G_ema', 'x']]), 'its generator is "x"'],
    ['G_ema as None', new Map([['G_ema', null]]), 'its generator is null'],
    ['a discriminator alone', new PickledObject('Discriminator', new Map()), 'the file holds a discriminator'],
    ['an object of another class', new PickledObject('torch.nn.Linear', new Map()), 'no synthesis blocks b4, b8'],
  ]
  test.each(cases)('%s', (_, value, message) => refuses(() => readPickled(value, {}), message))
})

describe('what is no checkpoint at all is refused', () => {
  test.each([
    ['nothing', new Uint8Array(), '0 bytes are too few'],
    ['a web page', text('<!DOCTYPE html><html>Sign in</html>'), 'this is a web page'],
    ['a pointer of Git LFS', text('version https://git-lfs.github.com/spec/v1\noid sha256:0'), 'a pointer of Git LFS'],
  ])('%s', (_, bytes, message) => refuses(() => readCheckpoint(bytes), message))

  test('a safetensors file that was cut short', () => {
    const whole = fixture('stylegan/skip.generator.safetensors')
    expect(() => readCheckpoint(whole.slice(0, -1))).toThrow(SafetensorsError)
  })

  test.each(['ada-orig.pkl', 'rosinality.pt', 'rosinality-legacy.pt'])('%s cut anywhere', (name) => {
    const whole = file(name)
    for (let length = 0; length < whole.length; length += 997)
      expect(() => readCheckpoint(whole.slice(0, length)), `${length} bytes`).toThrow(CheckpointError)
  })
})
