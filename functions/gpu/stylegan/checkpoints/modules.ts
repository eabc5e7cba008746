import { CheckpointError } from './errors.ts'
import { PickledObject, PickledTensor, type PickleValue } from './pickle/value.ts'

/** Deeper than any network; a file may hold a module that holds itself. */
const DEEPEST = 12
/** More than any network; a file may hold the same module under many names. */
const MOST_MODULES = 20_000

/** What a module of a pickled network says of itself, besides weights and modules within. */
export class ModuleAttributes {
  /** Where the module is, like `synthesis.b8.conv0`. */
  readonly path: string
  readonly className: string
  readonly #state: ReadonlyMap<PickleValue, PickleValue>

  constructor(path: string, { className, state }: PickledObject) {
    this.path = path
    this.className = className
    this.#state = state
  }

  /** undefined where the module does not have it. @throws CheckpointError where it is something else */
  number(key: string): number | undefined {
    const value = this.#state.get(key)
    if (value === undefined || typeof value === 'number') return value
    if (typeof value === 'bigint') return Number(value)
    throw this.#wrong(key, value, 'a number')
  }

  /** null stands for None. */
  numberOrNull(key: string): number | null | undefined {
    return this.#state.get(key) === null ? null : this.number(key)
  }

  text(key: string): string | undefined {
    const value = this.#state.get(key)
    if (value === undefined || typeof value === 'string') return value
    throw this.#wrong(key, value, 'a text')
  }

  flag(key: string): boolean | undefined {
    const value = this.#state.get(key)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.#wrong(key, value, 'true or false')
  }

  #wrong(key: string, value: PickleValue, expected: string): CheckpointError {
    return new CheckpointError(`${this.path || 'the network'} has ${key} = ${describe(value)}, expected ${expected}`)
  }
}

export interface NetworkModules {
  /** By path; the network itself is ''. */
  readonly modules: ReadonlyMap<string, ModuleAttributes>
  /** Parameters and buffers by path, like `synthesis.b8.conv0.weight`. */
  readonly tensors: ReadonlyMap<string, PickledTensor>
}

/**
 * Walks a pickled `torch.nn.Module`: `_modules`, `_parameters` and `_buffers` of its `__dict__`.
 * @throws CheckpointError where it is not made like one, or holds itself
 */
export function walkModules(network: PickledObject): NetworkModules {
  const modules = new Map<string, ModuleAttributes>()
  const tensors = new Map<string, PickledTensor>()
  const visit = (module: PickledObject, path: string, depth: number): void => {
    if (depth > DEEPEST || modules.size > MOST_MODULES)
      throw new CheckpointError(`${path.slice(0, 80)} lies too deep, or there are too many modules: this is no network`)
    modules.set(path, new ModuleAttributes(path, module))
    for (const [name, tensor] of [...entries(module, '_parameters', path), ...entries(module, '_buffers', path)]) {
      if (tensor === null) continue
      if (!(tensor instanceof PickledTensor)) throw unexpected(join(path, name), tensor, 'a tensor')
      tensors.set(join(path, name), tensor)
    }
    for (const [name, child] of entries(module, '_modules', path)) {
      if (child === null) continue
      if (!(child instanceof PickledObject)) throw unexpected(join(path, name), child, 'a module')
      visit(child, join(path, name), depth + 1)
    }
  }
  visit(network, '', 0)
  return { modules, tensors }
}

function entries({ state }: PickledObject, key: string, path: string): readonly [string, PickleValue][] {
  const value = state.get(key)
  if (value === undefined) return []
  if (!(value instanceof Map)) throw unexpected(join(path, key), value, 'a dict')
  return [...value].map(([name, entry]: [PickleValue, PickleValue]) => {
    if (typeof name !== 'string') throw unexpected(`a name in ${join(path, key)}`, name, 'a text')
    return [name, entry]
  })
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function unexpected(where: string, value: PickleValue, expected: string): CheckpointError {
  return new CheckpointError(`${where} is ${describe(value)}, expected ${expected}`)
}

/** What a value is, for messages: short, whatever it holds. */
export function describe(value: PickleValue): string {
  if (value instanceof PickledObject) return `an object of class ${value.className.slice(0, 80)}`
  if (value instanceof PickledTensor) return `a tensor of shape [${value.shape.slice(0, 8)}]`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (value instanceof Map) return `a dict of ${value.size}`
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value)
}
