/** A part of a pickle: instructions as Latin-1 text, or bytes. */
export type Part = string | Uint8Array

/** Puts bytes together. */
export function join(...parts: readonly Part[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))),
  )
}

/** A pickle of these instructions, from PROTO to STOP. */
export function pickle(...parts: readonly Part[]): Uint8Array {
  return join('\x80\x04', ...parts, '.')
}

export function uint16(value: number): Uint8Array {
  return new Uint8Array(Uint16Array.of(value).buffer)
}

export function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

export function uint64(value: number | bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)
}

/** BINUNICODE. */
export function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value)
  return join('X', uint32(bytes.length), bytes)
}

/** LONG1 of eight bytes. */
export function integer(value: number): Uint8Array {
  return join('\x8a\x08', uint64(BigInt.asUintN(64, BigInt(value))))
}

/** A tuple of whole numbers. */
export function integers(values: readonly number[]): Uint8Array {
  return join('(', ...values.map(integer), 't')
}

export interface WrittenStorage {
  readonly type: string
  /** Of elements, as the id says. */
  readonly count: number
  readonly data: Uint8Array
  /** Of elements, as the data say. */
  readonly dataCount?: number
}

/** BINPERSID of a storage called `0`. */
export function storageId({ type, count }: WrittenStorage): Uint8Array {
  return join('(', text('storage'), `ctorch\n${type}\n`, text('0'), text('cpu'), integer(count), 'NtQ')
}

/** A legacy torch file of one object, and the storage called `0`. */
export function legacyTorch(object: Uint8Array, { data, count, dataCount = count }: WrittenStorage): Uint8Array {
  const magic = pickle('\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19')
  const machine = pickle('}', text('little_endian'), '\x88s')
  return join(
    magic,
    pickle('M', uint16(1001)),
    machine,
    pickle(object),
    pickle(']', text('0'), 'a'),
    uint64(dataCount),
    data,
  )
}

export interface WrittenTensor {
  readonly offset?: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** A tensor over the storage that the instructions push. */
export function tensor(storage: Uint8Array, { offset = 0, shape, strides }: WrittenTensor): Uint8Array {
  const layout = [integer(offset), integers(shape), integers(strides), '\x89', 'ccollections\nOrderedDict\n)R']
  return join('ctorch._utils\n_rebuild_tensor_v2\n(', storage, ...layout, 'tR')
}

/** REDUCE of the function that reads torch files within pickles. */
export function load(file: Uint8Array): Uint8Array {
  return join('ctorch.storage\n_load_from_bytes\nB', uint32(file.length), file, '\x85R')
}
