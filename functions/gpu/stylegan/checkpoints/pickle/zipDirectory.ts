import { CheckpointError } from '../errors.ts'
import { ByteReader } from './byteReader.ts'
import type { Budget } from './limits.ts'
import { quote } from './quote.ts'

export const STORED = 0
const DEFLATED = 8

export interface ZipEntry {
  readonly name: string
  readonly nameBytes: Uint8Array
  readonly method: number
  readonly checksum: number
  readonly packedSize: number
  readonly size: number
  /** Of its own header, in the file. */
  readonly begin: number
}

const END = 0x06054b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const LOCATOR_64_BYTES = 20
const ENTRY = 0x02014b50
const EXTRA_64 = 1
/** Says: the value stands in the zip64 record instead. */
const ELSEWHERE_16 = 0xffff
const ELSEWHERE_32 = 0xffffffff
const ENCRYPTED = 1
/** The search for the end of the directory looks at this many bytes; counted as work. */
const SEARCH_OPCODES = 1000

/** Reads the central directory of a zip archive, zip64 included. Names are unique and stay inside the archive. */
export function readDirectory(file: Uint8Array, part: string, budget: Budget): ReadonlyMap<string, ZipEntry> {
  budget.spendOpcodes(SEARCH_OPCODES)
  const { begin, count } = findDirectory(file, part)
  const reader = new ByteReader(file, part)
  reader.take(begin)
  const entries = new Map<string, ZipEntry>()
  for (let index = 0; index < count; index++) {
    budget.spendOpcodes(1)
    const entry = readEntry(reader)
    if (entries.has(entry.name)) throw reader.fail(`the archive holds ${quote(entry.name)} twice: it is damaged`)
    budget.make(2 * entry.name.length)
    entries.set(entry.name, entry)
  }
  return entries
}

function findDirectory(file: Uint8Array, part: string): { begin: bigint; count: bigint } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const last = file.length - END_BYTES
  for (let position = last; position >= Math.max(0, last - LONGEST_COMMENT); position--) {
    if (view.getUint32(position, true) !== END || view.getUint16(position + 20, true) !== last - position) continue
    const count = view.getUint16(position + 10, true)
    const begin = view.getUint32(position + 16, true)
    const locator = position - LOCATOR_64_BYTES
    if (locator >= 0 && view.getUint32(locator, true) === LOCATOR_64)
      return findDirectory64(file, part, view.getBigUint64(locator + 8, true))
    if (count === ELSEWHERE_16 || begin === ELSEWHERE_32) break
    return { begin: BigInt(begin), count: BigInt(count) }
  }
  throw new CheckpointError(
    `${part} is a zip archive without a directory: it was cut short or is damaged; fetch it again`,
  )
}

function findDirectory64(file: Uint8Array, part: string, position: bigint): { begin: bigint; count: bigint } {
  const reader = new ByteReader(file, part)
  reader.take(position)
  if (reader.uint32() !== END_64) throw reader.fail('the archive has no zip64 directory where it should be: damaged')
  reader.take(28)
  const count = reader.uint64()
  reader.take(8)
  return { begin: reader.uint64(), count }
}

function readEntry(reader: ByteReader): ZipEntry {
  const start = reader.position
  if (reader.uint32() !== ENTRY) throw reader.fail('the directory of the archive is damaged; fetch it again', start)
  reader.take(4)
  const flags = reader.uint16()
  const method = reader.uint16()
  reader.take(4)
  const checksum = reader.uint32()
  const sizes = { packed: reader.uint32(), full: reader.uint32() }
  const lengths = { name: reader.uint16(), extra: reader.uint16(), comment: reader.uint16() }
  reader.take(8)
  const begin = reader.uint32()
  const nameBytes = reader.take(lengths.name)
  const name = new TextDecoder().decode(nameBytes)
  const extra = readExtra64(new ByteReader(reader.take(lengths.extra), `the entry ${quote(name)}`))
  reader.take(lengths.comment)

  checkName(name, reader, start)
  if ((flags & ENCRYPTED) !== 0) throw reader.fail(`${quote(name)} in the archive is encrypted`, start)
  if (method !== STORED && method !== DEFLATED)
    throw reader.fail(`${quote(name)} is compressed by method ${method}, only stored and deflated can be read`, start)
  // The extra record holds, in this order, only what does not fit into the entry.
  const exact = (value: number) => {
    if (value !== ELSEWHERE_32) return value
    const large = Number(extra?.uint64() ?? Number.NaN)
    if (!Number.isSafeInteger(large)) throw reader.fail(`${quote(name)} in the archive has no valid size`, start)
    return large
  }
  const size = exact(sizes.full)
  return { name, nameBytes, method, checksum, size, packedSize: exact(sizes.packed), begin: exact(begin) }
}

function readExtra64(extra: ByteReader): ByteReader | undefined {
  while (extra.left >= 4) {
    const kind = extra.uint16()
    const content = extra.take(extra.uint16())
    if (kind === EXTRA_64) return new ByteReader(content, extra.part)
  }
  return undefined
}

/** Nothing is ever written to a disk under these names, but an honest archive has none like these. */
function checkName(name: string, reader: ByteReader, position: number): void {
  const steps = name.split('/')
  if (/[\\\0]/.test(name) || /^[a-z]:/i.test(name) || steps[0] === '' || steps.includes('..'))
    throw reader.fail(`the archive holds the name ${quote(name)}, which leads out of it: the file is refused`, position)
}
