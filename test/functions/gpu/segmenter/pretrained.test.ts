import { describe, expect, test } from 'vitest'
import { type StoredTensor, writeSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { deepLabParameters, deepLabStatistics } from '../../../../functions/gpu/segmenter/deeplab.ts'
import { PretrainedError, readPretrained } from '../../../../functions/gpu/segmenter/pretrained.ts'
import { nameCheckpoint } from '../../../../functions/gpu/segmenter/pretrainedNames.ts'
import { tinyShapes } from './tinyNetwork.ts'

const network = tinyShapes.bottleneck
const shapes = { ...deepLabParameters(network), ...deepLabStatistics(network) }
const backbone = Object.entries(shapes).filter(([name]) => name.startsWith('backbone.'))
const head = Object.entries(shapes).filter(([name]) => name.startsWith('classifier.'))

/** A tensor whose every number tells its place in the list. */
const tensor = (shape: readonly number[], value: number): StoredTensor => ({
  dtype: 'F32',
  shape,
  data: new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(value),
})
const file = (
  entries: readonly (readonly [string, readonly number[]])[],
  more: readonly (readonly [string, StoredTensor])[] = [],
) =>
  writeSafetensors(new Map([...entries.map(([name, shape], index) => [name, tensor(shape, index)] as const), ...more]))
const without = (prefix: string) => (name: string) => name.slice(prefix.length)
const timm = backbone.map(([name, shape]) => [without('backbone.')(name), shape] as const)

describe('a backbone', () => {
  test.each([
    ['timm and torchvision call it', ''],
    ['a training on several devices left it', 'module.'],
    ['segmentation_models_pytorch calls it', 'encoder.'],
  ])('is read as %s', (_, prefix) => {
    const entries = timm.map(([name, shape]) => [prefix + name, shape] as const)
    const counter = [
      `${prefix}bn1.num_batches_tracked`,
      { dtype: 'I64', shape: [], data: BigInt64Array.of(9n) },
    ] as const
    const bytes = file(entries, [
      counter,
      [`${prefix}fc.weight`, tensor([10, 64], 1)],
      [`${prefix}fc.bias`, tensor([10], 1)],
    ])
    const { tensors, kind, untrained, leftOver } = readPretrained(network, bytes)
    expect(kind).toBe('backbone')
    expect([...tensors.keys()].toSorted()).toEqual(backbone.map(([name]) => name).toSorted())
    for (const [index, [name, shape]] of backbone.entries()) {
      expect(tensors.get(name)?.shape).toEqual(shape)
      expect(tensors.get(name)?.data[0]).toBe(index)
    }
    expect(untrained.toSorted()).toEqual(head.map(([name]) => name).toSorted())
    expect(leftOver).toEqual([`${prefix}fc.bias`, `${prefix}fc.weight`])
  })

  test('is read in half precision', () => {
    const half = timm.map(([name, shape]) => {
      const count = shape.reduce((product, side) => product * side, 1)
      // 0x3e00 is 1.5.
      return [name, { dtype: 'F16', shape, data: new Uint16Array(count).fill(0x3e00) }] as const
    })
    const { tensors } = readPretrained(network, writeSafetensors(new Map(half)))
    expect(tensors.get('backbone.conv1.weight')?.data[5]).toBe(1.5)
  })

  test('is refused with a list of what is missing', () => {
    const entries = timm.filter(([name]) => name !== 'layer2.0.bn1.running_mean' && name !== 'conv1.weight')
    expect(() => readPretrained(network, file(entries))).toThrow(
      /lacks 2 tensors of the network: backbone\.conv1\.weight, backbone\.layer2\.0\.bn1\.running_mean\./,
    )
  })

  test('is refused with a list of other shapes', () => {
    const entries = timm.map(([name, shape]) => [name, name === 'conv1.weight' ? [64, 3, 7, 7] : shape] as const)
    expect(() => readPretrained(network, file(entries))).toThrow(
      /1 tensors of the file have other shapes than the network's: conv1\.weight \[64,3,7,7\] for \[2,3,7,7\]\. Choose/,
    )
  })
})

describe('a whole DeepLab-V3', () => {
  const others = [['aux_classifier.0.weight', tensor([3, 4, 3, 3], 1)]] as const

  test('is read with its head, and what the head of another task left is listed', () => {
    const { tensors, kind, untrained, leftOver } = readPretrained(network, file(Object.entries(shapes), others))
    expect(kind).toBe('whole')
    expect(tensors.size).toBe(Object.keys(shapes).length)
    expect(untrained).toEqual([])
    expect(leftOver).toEqual(['aux_classifier.0.weight'])
  })

  test('keeps all but the last layer where that tells other classes apart', () => {
    const entries = Object.entries(shapes).map(([name, shape]) => {
      return [name, name.startsWith('classifier.4.') ? [21, ...shape.slice(1)] : shape] as const
    })
    const { tensors, untrained, leftOver } = readPretrained(network, file(entries))
    expect(untrained).toEqual(['classifier.4.weight', 'classifier.4.bias'])
    expect(leftOver).toEqual(['classifier.4.bias', 'classifier.4.weight'])
    expect(tensors.size).toBe(Object.keys(shapes).length - 2)
  })

  test('is refused where its head is of another width, or not whole', () => {
    const wide = Object.entries(shapes).map(([name, shape]) => {
      return [name, name === 'classifier.2.bias' ? [256] : shape] as const
    })
    expect(() => readPretrained(network, file(wide))).toThrow('classifier.2.bias [256] for [4]')
    const cut = Object.entries(shapes).filter(([name]) => name !== 'classifier.1.weight')
    expect(() => readPretrained(network, file(cut))).toThrow('lacks 1 tensors of the network: classifier.1.weight')
  })
})

describe('the names of transformers', () => {
  test.each([
    ['resnet.embedder.embedder.convolution.weight', 'backbone.conv1.weight'],
    ['resnet.embedder.embedder.normalization.running_var', 'backbone.bn1.running_var'],
    ['resnet.encoder.stages.0.layers.0.layer.0.convolution.weight', 'backbone.layer1.0.conv1.weight'],
    ['resnet.encoder.stages.2.layers.10.layer.2.normalization.bias', 'backbone.layer3.10.bn3.bias'],
    ['resnet.encoder.stages.3.layers.0.shortcut.convolution.weight', 'backbone.layer4.0.downsample.0.weight'],
    ['resnet.encoder.stages.3.layers.0.shortcut.normalization.weight', 'backbone.layer4.0.downsample.1.weight'],
  ])('%s is %s', (there, here) => {
    const landmark = 'resnet.encoder.stages.0.layers.0.layer.0.convolution.weight'
    expect(nameCheckpoint([landmark, there, 'classifier.1.weight'])?.names.get(there)).toBe(here)
    expect(nameCheckpoint([landmark, there, 'classifier.1.weight'])?.leftOver).toEqual(['classifier.1.weight'])
  })
})

describe('a file is refused', () => {
  test('that holds another network', () => {
    const bytes = file([['blocks.0.attention.weight', [4]]])
    expect(() => readPretrained(network, bytes)).toThrow(PretrainedError)
    expect(() => readPretrained(network, bytes)).toThrow(/no residual network: .* but blocks\.0\.attention\.weight$/)
  })

  test('that is no safetensors file', () => {
    const pth = new TextEncoder().encode('PK\u0003\u0004 a zip archive of pickles, as torch.save writes it')
    expect(() => readPretrained(network, pth)).toThrow(/give a safetensors file/)
  })

  test('whose weights are whole numbers', () => {
    const entries = new Map(timm.map(([name, shape], index) => [name, tensor(shape, index)]))
    entries.set('bn1.bias', { dtype: 'I32', shape: [2], data: Int32Array.of(1, 2) })
    expect(() => readPretrained(network, writeSafetensors(entries))).toThrow("tensor 'bn1.bias' has dtype I32")
  })
})
