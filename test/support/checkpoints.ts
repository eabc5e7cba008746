import type { Engine } from '../../functions/gpu/onnx/engine.ts'
import { float32, float32Data } from '../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../functions/gpu/onnx/model.ts'
import { float32Values, readSafetensors } from '../../functions/gpu/onnx/safetensors.ts'
import { input } from '../../functions/gpu/onnx/tensor.ts'
import {
  PickledObject,
  PickledTensor,
  type PickleValue,
} from '../../functions/gpu/stylegan/checkpoints/pickle/value.ts'
import { generate } from '../../functions/gpu/stylegan/generator.ts'
import { sampleLatent } from '../../functions/gpu/stylegan/latents.ts'
import { readGenerator } from '../../functions/gpu/stylegan/weights.ts'
import { fixture } from './fixture.ts'

/** What another implementation made of a checkpoint: test/fixtures/stylegan/checkpoints/make.py. */
export function expectedOf(name: string) {
  const { tensors, metadata } = readSafetensors(fixture(`stylegan/checkpoints/${name}.expected.safetensors`))
  return {
    seeds: JSON.parse(metadata.seeds ?? '[]') as number[],
    truncation: Number(metadata.truncation),
    get: (key: string): Float32Array => {
      const stored = tensors.get(key)
      if (stored === undefined) throw new TypeError(`the reference has no ${key}`)
      return float32Values(key, stored)
    },
  }
}

/** The images of some seeds [seeds, 3, side, side], by a generator's file. */
export async function imagesOf(
  engine: Engine,
  file: Uint8Array,
  { seeds, truncation }: { readonly seeds: readonly number[]; readonly truncation: number },
): Promise<Float32Array> {
  const weights = readGenerator(file)
  const shape = [seeds.length, weights.latentLength]
  const { image } = generate(weights, input('z', 'float32', shape), { truncation })
  const session = await engine.load(buildModel({ name: 'generator', outputs: { image } }).bytes)
  const z = Float32Array.from(seeds.flatMap((seed) => [...sampleLatent(seed, weights.latentLength)]))
  const { results } = await session.run({ z: float32(z, shape) })
  await session.release()
  return float32Data(results.image, 'image')
}

type State = ReadonlyMap<PickleValue, PickleValue>

/** A pickled network with something changed in the state of the module at `path`, like `synthesis.b8.conv0`. */
export function withModule(network: PickledObject, path: string, change: (state: State) => State): PickledObject {
  if (path === '') return new PickledObject(network.className, change(network.state))
  const [name = '', ...rest] = path.split('.')
  return inField(network, '_modules', (modules) => {
    const child = modules.get(name)
    if (!(child instanceof PickledObject)) throw new TypeError(`there is no module ${name}`)
    return new Map([...modules, [name, withModule(child, rest.join('.'), change)]])
  })
}

/** A module with one of its dicts changed: `_modules`, `_parameters` or `_buffers`. */
export function inField(module: PickledObject, field: string, change: (entries: State) => State): PickledObject {
  const entries = module.state.get(field)
  if (!(entries instanceof Map)) throw new TypeError(`the module has no ${field}`)
  return new PickledObject(module.className, new Map([...module.state, [field, change(entries)]]))
}

/** Attributes set, or taken away where they are undefined. */
export function setAttributes(attributes: Readonly<Record<string, PickleValue | undefined>>): (state: State) => State {
  return (state) => {
    const changed = new Map(state)
    for (const [key, value] of Object.entries(attributes)) {
      if (value === undefined) changed.delete(key)
      else changed.set(key, value)
    }
    return changed
  }
}

/** A parameter or buffer replaced, or taken away where it is undefined. `path` like `synthesis.b8.conv0.weight`. */
export function withTensor(network: PickledObject, path: string, tensor: PickledTensor | undefined): PickledObject {
  const names = path.split('.')
  const last = names.pop() ?? ''
  return withModule(network, names.join('.'), (state) => {
    const field = ['_parameters', '_buffers'].find((key) => {
      const entries = state.get(key)
      return entries instanceof Map && entries.has(last)
    })
    if (field === undefined) throw new TypeError(`the network has no ${path}`)
    return inField(new PickledObject('', state), field, setAttributes({ [last]: tensor })).state
  })
}

/** A contiguous tensor, zeros unless `values` are given. */
export function pickledTensor(shape: readonly number[], values?: readonly number[]): PickledTensor {
  const count = shape.reduce((product, length) => product * length, 1)
  const storage = new Uint8Array(Float32Array.from(values ?? new Array<number>(count).fill(0)).buffer)
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1))
  return new PickledTensor({ type: 'float32', storage, offset: 0, shape, strides })
}
