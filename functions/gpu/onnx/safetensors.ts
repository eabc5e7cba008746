import { z } from 'zod'
import { firstDuplicateKey } from './duplicateKeys.ts'
import {
  checkTensor,
  DTYPES,
  ELEMENT_BYTES,
  MAX_RANK,
  SafetensorsError,
  type StoredTensor,
  valueCount,
  viewTensor,
} from './storedTensor.ts'

export { type Dtype, float32Values, SafetensorsError, type StoredTensor } from './storedTensor.ts'

export interface SafetensorsFile {
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

const LENGTH_BYTES = 8
/** The format's own limit, which keeps a damaged length from asking for the whole memory. */
const MAX_HEADER_BYTES = 100_000_000
const OPENING_BRACE = 0x7b
const METADATA = '__metadata__'

const whole = z.number().int().nonnegative()
const entrySchema = z.strictObject({
  dtype: z.enum(DTYPES),
  shape: z.array(z.unknown()).max(MAX_RANK).pipe(z.array(whole)),
  data_offsets: z.tuple([whole, whole]),
})
type Entry = z.infer<typeof entrySchema>

/**
 * Reads a safetensors file: 8 bytes header length (little-endian), a JSON header, then the tensors without gaps.
 *
 * @param bytes - the whole file. Tensors that lie aligned in it are views of it, not copies: do not write into them.
 * @returns every tensor with its dtype and shape, and the metadata (empty if there is none). NaN is allowed here:
 *   see `assertFinite`.
 * @throws {SafetensorsError} on anything the format forbids: a file cut short or with bytes left over, a header that is
 *   not valid JSON of the format, duplicate names, gaps or overlaps, a shape that does not fit its bytes, a dtype that
 *   is not one of {@link Dtype}, more than 64 axes, a BOOL that is neither 0 nor 1
 * @see https://huggingface.co/docs/safetensors, "Format"
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { header, start } = readHeader(bytes)
  const entries = Object.entries(header).flatMap(([name, entry]) =>
    name === METADATA ? [] : [{ name, ...checkEntry(name, entry) }],
  )
  entries.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1])

  const tensors = new Map<string, StoredTensor>()
  let position = 0
  for (const { name, ...entry } of entries) {
    const [begin, end] = entry.data_offsets
    if (begin !== position) {
      const fault = begin > position ? 'no tensor holds the bytes before it' : 'it overlaps the tensor before it'
      throw new SafetensorsError(`tensor '${name}' starts at byte ${begin}, expected ${position}: ${fault}`)
    }
    const expected = valueCount(name, entry.shape) * ELEMENT_BYTES[entry.dtype]
    if (end - begin !== expected) {
      throw new SafetensorsError(
        `tensor '${name}' of shape [${entry.shape}] and dtype ${entry.dtype} needs ${expected} bytes, ` +
          `its offsets [${begin}, ${end}] give ${end - begin}`,
      )
    }
    position = end
    if (start + end > bytes.length) {
      throw new SafetensorsError(
        `tensor '${name}' ends at byte ${start + end} of a file of ${bytes.length}: it was cut short; fetch it again`,
      )
    }
    tensors.set(name, viewTensor(name, entry, bytes.subarray(start + begin, start + end)))
  }
  if (start + position !== bytes.length) {
    throw new SafetensorsError(`${bytes.length - start - position} bytes after the last tensor belong to none`)
  }
  return { tensors, metadata: checkMetadata(header[METADATA]) }
}

/**
 * Writes a safetensors file. The same content always gives the same bytes, whatever the order of insertion: tensors
 * are sorted by dtype (widest first) and name, metadata by key, and every tensor lies aligned to its element size.
 *
 * @param tensors - by name
 * @param metadata - free text by key
 * @param onCopied - called when a tensor's values are in the file, so that they can be let go
 * @returns the whole file, in memory
 * @throws {SafetensorsError} on a shape that does not fit its data or has more than 64 axes, the reserved name `__metadata__`, a BOOL that is
 *   neither 0 nor 1, or a header beyond the format's 100 MB: what is written can be read
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
  onCopied: (name: string) => void = () => undefined,
): Uint8Array {
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) => DTYPES.indexOf(x.dtype) - DTYPES.indexOf(y.dtype) || (a < b ? -1 : 1),
  )
  let position = 0
  const entries = sorted.map(([name, tensor]): [string, Entry] => {
    if (name === METADATA) throw new SafetensorsError(`a tensor cannot be named ${METADATA}: the format reserves it`)
    checkTensor(name, tensor)
    const begin = position
    position += tensor.data.byteLength
    return [name, { dtype: tensor.dtype, shape: [...tensor.shape], data_offsets: [begin, position] }]
  })
  const keys = Object.keys(metadata).sort()
  // Put together by hand: an object would move keys that look like numbers to the front and lose `__proto__`.
  const pairs = (items: [string, unknown][]) =>
    `{${items.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`
  const head = keys.length === 0 ? '' : `"${METADATA}":${pairs(keys.map((key) => [key, metadata[key]]))}`
  const body = pairs(entries).slice(1)
  const json = new TextEncoder().encode(`{${head}${head && entries.length > 0 ? ',' : ''}${body}`)

  const headerBytes = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new SafetensorsError(
      `the header would take ${headerBytes} bytes, the format allows ${MAX_HEADER_BYTES}: write fewer tensors per file`,
    )
  }
  const start = LENGTH_BYTES + headerBytes
  const file = new Uint8Array(start + position)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true)
  file.fill(0x20, LENGTH_BYTES, start)
  file.set(json, LENGTH_BYTES)
  sorted.forEach(([name, { data }], index) => {
    const offset = entries[index]?.[1].data_offsets[0] ?? 0
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + offset)
    onCopied(name)
  })
  return file
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < LENGTH_BYTES) {
    throw new SafetensorsError(
      `${bytes.length} bytes are too few for a safetensors file: it was cut short; fetch it again`,
    )
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > MAX_HEADER_BYTES) {
    throw new SafetensorsError(
      `a header of ${length} bytes is announced, the format allows ${MAX_HEADER_BYTES}: this is no safetensors file`,
    )
  }
  const start = LENGTH_BYTES + Number(length)
  if (start > bytes.length) {
    throw new SafetensorsError(
      `the header ends at byte ${start} of a file of ${bytes.length}: it was cut short; fetch it again`,
    )
  }
  return { header: parseHeader(bytes.subarray(LENGTH_BYTES, start)), start }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== OPENING_BRACE) throw new SafetensorsError("the header does not begin with '{'")
  let text: string
  let header: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    header = JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SafetensorsError(`the header is not UTF-8 JSON: ${reason}`, { cause })
  }
  const duplicate = firstDuplicateKey(text)
  if (duplicate !== undefined) throw new SafetensorsError(`the header holds the key '${duplicate}' twice`)
  // A text that begins with a brace and parses is an object.
  return header as Record<string, unknown>
}

function checkEntry(name: string, entry: unknown): Entry {
  const result = entrySchema.safeParse(entry)
  if (!result.success) {
    const reasons = z.prettifyError(result.error).slice(0, 500)
    throw new SafetensorsError(`the header's entry for '${name}' is wrong: ${reasons}`)
  }
  return result.data
}

function checkMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {}
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new SafetensorsError(`the header's ${METADATA} is not an object`)
  }
  // Object.fromEntries keeps a key named __proto__ a key.
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]: [string, unknown]) => {
      if (typeof value !== 'string') {
        throw new SafetensorsError(`the header's ${METADATA} holds a ${typeof value} under '${key}', expected text`)
      }
      return [key, value]
    }),
  )
}
