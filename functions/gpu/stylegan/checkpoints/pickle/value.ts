/**
 * What a pickle holds after reading: plain data. Nothing of it was made by code that the file names.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PickleValue[]
  | ReadonlyMap<PickleValue, PickleValue>
  | PickledTensor
  | PickledObject

/** Element types of torch storages. */
export type TorchType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool'

/** A view of a storage, as `torch._utils._rebuild_tensor_v2` describes it. */
export class PickledTensor {
  readonly type: TorchType
  /** Little-endian, the whole storage. */
  readonly storage: Uint8Array
  /** Of the first element, in elements. */
  readonly offset: number
  readonly shape: readonly number[]
  /** In elements, one for each axis. */
  readonly strides: readonly number[]

  constructor(fields: Pick<PickledTensor, 'type' | 'storage' | 'offset' | 'shape' | 'strides'>) {
    this.type = fields.type
    this.storage = fields.storage
    this.offset = fields.offset
    this.shape = fields.shape
    this.strides = fields.strides
  }
}

/**
 * An instance of a class that the file names and this program does not run: the name, and its `__dict__`. The source
 * code that persistent objects carry is dropped.
 */
export class PickledObject {
  /** Module and class as the file names them; persistent objects have the class name alone: `SynthesisNetwork`. */
  readonly className: string
  readonly state: ReadonlyMap<PickleValue, PickleValue>

  constructor(className: string, state: ReadonlyMap<PickleValue, PickleValue>) {
    this.className = className
    this.state = state
  }
}
