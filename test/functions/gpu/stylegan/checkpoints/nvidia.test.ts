import { describe, expect, test } from 'vitest'
import type { CheckpointOptions } from '../../../../../functions/gpu/stylegan/checkpoints/checkpoint.ts'
import { CheckpointError } from '../../../../../functions/gpu/stylegan/checkpoints/errors.ts'
import { readPickleFile } from '../../../../../functions/gpu/stylegan/checkpoints/pickle/readPickleFile.ts'
import {
  PickledObject,
  PickledTensor,
  type PickleValue,
} from '../../../../../functions/gpu/stylegan/checkpoints/pickle/value.ts'
import { readPickled } from '../../../../../functions/gpu/stylegan/checkpoints/pickled.ts'
import { type SourceTensor, TensorSource } from '../../../../../functions/gpu/stylegan/checkpoints/tensorSource.ts'
import { GeneratorError } from '../../../../../functions/gpu/stylegan/weights.ts'
import { writeGenerator } from '../../../../../functions/gpu/stylegan/writeGenerator.ts'
import { inField, pickledTensor, setAttributes, withModule, withTensor } from '../../../../support/checkpoints.ts'
import { fixture } from '../../../../support/fixture.ts'

function generatorOf(name: string): PickledObject {
  const snapshot = readPickleFile(fixture(`stylegan/checkpoints/${name}.pkl`))
  const generator = snapshot instanceof Map ? snapshot.get('G_ema') : undefined
  if (!(generator instanceof PickledObject)) throw new TypeError(`${name} has no G_ema`)
  return generator
}

const skip = generatorOf('ada-skip')
const resnet = generatorOf('ada-resnet')
const conditional = generatorOf('ada-conditional')

function refuses(network: PickledObject, message: string | RegExp, options: CheckpointOptions = {}): void {
  const run = () => readPickled(network, options)
  expect(run).toThrow(CheckpointError)
  expect(run).toThrow(message)
}

/** What is right by itself and does not fit is found when a generator is made of it. */
function refusesToWrite(network: PickledObject, message: string): void {
  const { tensors, facts } = readPickled(network, {})
  const run = () => writeGenerator(tensors, facts, { precision: 'float32' })
  expect(run).toThrow(GeneratorError)
  expect(run).toThrow(message)
}

const withAttributes = (
  network: PickledObject,
  path: string,
  attributes: Readonly<Record<string, PickleValue | undefined>>,
) => withModule(network, path, setAttributes(attributes))

test('a Generator alone is as good as a snapshot', () => {
  const alone = readPickled(skip, {})
  const snapshot = readPickled(new Map([['G_ema', skip]]), {})
  expect([...alone.tensors]).toEqual([...snapshot.tensors])
  expect(alone.facts).toEqual(snapshot.facts)
})

describe('a network that computes in another way is refused', () => {
  test.each([
    ['', { img_channels: 1 }, 'one channel (grayscale): only RGB'],
    ['', { z_dim: 0 }, 'takes no latent (z_dim = 0)'],
    ['synthesis', { img_resolution: 128 }, 'the largest synthesis block is b64, but img_resolution is 128'],
    ['synthesis.b8', { architecture: 'orig' }, 'different architectures: skip, orig'],
    ['synthesis.b8.conv0', { activation: 'relu' }, 'synthesis.b8.conv0 has activation = relu, only lrelu is supported'],
    ['synthesis.b8.conv0', { up: 1 }, 'synthesis.b8.conv0 has up = 1, only 2 is supported'],
    ['synthesis.b8.conv1', { up: 2 }, 'synthesis.b8.conv1 has up = 2, only 1 is supported'],
    ['synthesis.b8.conv1', { up: 'x' }, 'synthesis.b8.conv1 has up = "x", expected a number'],
    ['synthesis.b8.conv1', { act_gain: 1 }, 'synthesis.b8.conv1 has act_gain = 1'],
    [
      'synthesis.b8.conv1',
      { conv_clamp: 256 },
      'conv_clamp of synthesis.b4.conv1 is None, that of synthesis.b8.conv1 256',
    ],
    [
      'synthesis.b8.conv1',
      { use_noise: false },
      'has use_noise = false, but the network has synthesis.b8.conv1.noise_const',
    ],
    ['synthesis.b8.conv1.affine', { weight_gain: 1 }, 'synthesis.b8.conv1.affine has weight_gain = 1'],
    ['synthesis.b8.conv1.affine', { bias_gain: 0.5 }, 'synthesis.b8.conv1.affine has bias_gain = 0.5, only 1'],
    [
      'synthesis.b8.conv1.affine',
      { activation: 'lrelu' },
      'synthesis.b8.conv1.affine has activation = lrelu, only linear',
    ],
    ['synthesis.b8.torgb', { weight_gain: 1 }, 'synthesis.b8.torgb has weight_gain = 1'],
    ['mapping', { num_layers: 8 }, 'the mapping network has 2 layers, but num_layers is 8'],
    ['mapping.fc1', { activation: 'linear' }, 'mapping.fc1 has activation = linear'],
    ['mapping.fc1', { bias_gain: 0.02 }, 'mapping.fc1 has bias_gain = 0.02, only 0.01'],
    ['mapping.fc0', { weight_gain: 0.01 }, 'mapping.fc0 has weight_gain = 0.01'],
  ])('%s %o', (path, attributes, message) => refuses(withAttributes(skip, path, attributes), message))

  test('an architecture that is not known', () => {
    const sides = [4, 8, 16]
    const odd = sides.reduce(
      (network, side) => withAttributes(network, `synthesis.b${side}`, { architecture: 'ladder' }),
      resnet,
    )
    refuses(odd, 'architecture ladder is not known, only skip, resnet, orig')
  })

  test('a limit on the residual branch', () => {
    refuses(withAttributes(resnet, 'synthesis.b8.skip', { conv_clamp: 256 }), 'synthesis.b8.skip has conv_clamp = 256')
  })

  test('weights that StyleGAN2 has not', () => {
    const attention = new PickledObject(
      'Attention',
      new Map([['_parameters', new Map([['query', pickledTensor([2])]])]]),
    )
    const more = withModule(
      skip,
      'synthesis.b8',
      (state) => inField(new PickledObject('', state), '_modules', setAttributes({ attention })).state,
    )
    refuses(more, 'the network holds synthesis.b8.attention.query')
  })

  test('a filter of another size, or one that is not symmetric', () => {
    const name = 'synthesis.b8.conv0.resample_filter'
    refuses(withTensor(skip, name, pickledTensor([2, 2])), `${name} has shape [2,2]: only filters of 4 × 4`)
    const slanted = Array.from({ length: 16 }, (_, index) => index)
    refuses(withTensor(skip, name, pickledTensor([4, 4], slanted)), `${name} is not symmetric`)
  })
})

describe('what the file does not say is taken for granted, and noted', () => {
  test.each([
    ['synthesis.b8.conv0', { activation: undefined }, 'activation of conv layers'],
    ['synthesis.b8.conv1.affine', { weight_gain: undefined }, 'weight_gain of affine layers'],
    ['mapping.fc1', { bias_gain: undefined }, 'bias_gain of fc layers'],
    ['synthesis.b8.conv1', { conv_clamp: undefined }, 'conv_clamp of all layers'],
  ])('%s %o', (path, attributes, note) => {
    const { notes, facts } = readPickled(withAttributes(skip, path, attributes), {})
    expect(notes).toEqual([expect.stringContaining(note)])
    expect(facts).toEqual(readPickled(skip, {}).facts)
  })

  test('the architecture', () => {
    const silent = [4, 8, 16].reduce(
      (network, side) => withAttributes(network, `synthesis.b${side}`, { architecture: undefined }),
      resnet,
    )
    const { facts, notes } = readPickled(silent, {})
    expect(facts.architecture).toBe('resnet')
    expect(notes).toEqual([expect.stringContaining('the weights of resnet')])
  })
})

describe('what is missing is named', () => {
  const names = [
    'mapping.fc1.weight',
    'mapping.fc0.bias',
    'synthesis.b4.const',
    'synthesis.b4.conv1.noise_const',
    'synthesis.b8.conv0.weight',
    'synthesis.b8.conv0.affine.bias',
    'synthesis.b16.conv1.noise_strength',
    'synthesis.b64.torgb.weight',
  ]
  test.each(names)('%s', (name) => refuses(withTensor(skip, name, undefined), name))

  test('a whole block', () => {
    const without = withModule(
      skip,
      'synthesis',
      (state) => inField(new PickledObject('', state), '_modules', setAttributes({ b16: undefined })).state,
    )
    refuses(without, 'synthesis.b16')
  })

  test('the average style is computed', () => {
    const { tensors, notes } = readPickled(withTensor(skip, 'mapping.w_avg', undefined), {})
    expect(tensors.get('mapping.w_avg')?.shape).toEqual([8])
    expect(notes).toEqual([expect.stringContaining('average style')])
  })
})

describe('weights that cannot be used never become a generator', () => {
  test('of another shape', () => {
    const network = withTensor(skip, 'synthesis.b16.conv1.bias', pickledTensor([7]))
    refusesToWrite(network, 'synthesis.b16.conv1.bias has shape [7], expected [6]')
  })

  test('not a number', () => {
    const network = withTensor(skip, 'synthesis.b16.conv1.bias', pickledTensor([6], [0, 0, Number.NaN, 0, 0, 0]))
    refusesToWrite(network, "'synthesis.b16.conv1.bias' holds NaN at position 2")
  })

  test('integers', () => {
    const { storage, offset, shape, strides } = pickledTensor([6])
    const integers = new PickledTensor({ type: 'int32', storage, offset, shape, strides })
    refuses(withTensor(skip, 'synthesis.b16.conv1.bias', integers), 'int32')
  })
})

describe('the class of a conditional network', () => {
  test.each([
    [{}, 'this generator is conditional: say which class it shall make, one of 0..2'],
    [{ classIndex: 3 }, "class 3 is none of this generator's classes 0..2"],
    [{ classIndex: -1 }, 'class -1 is none'],
    [{ classIndex: 0.5 }, 'class 0.5 is none'],
  ])('%o', (options, message) => refuses(conditional, message, options))

  test('is refused for a network that has none', () => {
    refuses(skip, 'this generator is not conditional, it has no class 1: leave the class out', { classIndex: 1 })
  })

  test('without a latent', () => {
    const embedding = pickledTensor([9, 6])
    refuses(withTensor(conditional, 'mapping.fc0.weight', embedding), /weight_gain|without a latent/, { classIndex: 0 })
  })
})

describe('a file that is not made like a network', () => {
  test('holds itself', () => {
    const modules = new Map<PickleValue, PickleValue>()
    const endless = new PickledObject('Generator', new Map([['_modules', modules]]))
    modules.set('again', endless)
    refuses(endless, 'lies too deep')
  })

  test('holds the same modules again and again', () => {
    let module = new PickledObject('Module', new Map())
    for (let level = 0; level < 10; level++) {
      const children = Array.from({ length: 10 }, (_, index): [string, PickledObject] => [`m${index}`, module])
      module = new PickledObject('Module', new Map([['_modules', new Map(children)]]))
    }
    refuses(module, 'too many modules')
  })

  test('holds a few numbers as many large tensors', () => {
    const layers = Array.from({ length: 17 }, (_, index): [string, SourceTensor] => [
      `mapping.fc${index}.weight`,
      { shape: [4096, 4096], read: () => new Float32Array(0) },
    ])
    const source = new TensorSource(new Map(layers))
    expect(() => {
      for (const [name] of layers) source.take(name)
    }).toThrow('mapping.fc16.weight among them: it is too large')
    const { type, storage, offset } = pickledTensor([1])
    const wide = new PickledTensor({ type, storage, offset, shape: [9, 9000], strides: [0, 0] })
    refuses(
      withTensor(
        withTensor(withAttributes(skip, 'mapping.fc0', { weight_gain: undefined }), 'mapping.fc0.weight', wide),
        'mapping.w_avg',
        undefined,
      ),
      'too large to compute it',
    )
  })

  test.each([
    ['_modules', 7, 'synthesis._modules is 7, expected a dict'],
    ['_modules', new Map([['b4', 'text']]), 'synthesis.b4 is "text", expected a module'],
    ['_parameters', new Map([['const', 3]]), 'synthesis.const is 3, expected a tensor'],
    ['_buffers', new Map([[1, null]]), 'a name in synthesis._buffers is 1, expected a text'],
  ])('%s', (field, value, message) => refuses(withAttributes(skip, 'synthesis', { [field]: value }), message))
})
