import { crc32, inflateRawSync } from 'node:zlib'
import { CheckpointError } from '../errors.ts'
import { ByteReader } from './byteReader.ts'
import type { Budget } from './limits.ts'
import { quote } from './quote.ts'
import { readDirectory, STORED, type ZipEntry } from './zipDirectory.ts'

const LOCAL_HEADER = 0x04034b50

export interface ZipArchive {
  readonly names: readonly string[]
  /**
   * The content of an entry: a view where it is stored as it is. Each call reads anew.
   * @returns undefined where there is no entry of this name
   */
  read(name: string): Uint8Array | undefined
}

/**
 * Opens a zip archive.
 *
 * @throws {CheckpointError} on archives that are cut short or damaged, names that leave the archive or occur twice,
 *   encryption, and methods other than stored and deflated; when reading, on wrong sizes and checksums, and beyond the
 *   budget, before anything is decompressed
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function openZip(file: Uint8Array, part: string, budget: Budget): ZipArchive {
  const entries = readDirectory(file, part, budget)
  return {
    names: [...entries.keys()],
    read: (name) => {
      const entry = entries.get(name)
      return entry && readEntry(file, part, entry, budget)
    },
  }
}

function readEntry(file: Uint8Array, part: string, entry: ZipEntry, budget: Budget): Uint8Array {
  const { name, method, size, checksum } = entry
  const label = `${quote(name)} in ${part}`
  const packed = locate(file, part, entry)
  if (method === STORED) budget.check(packed.length)
  else budget.make(size)
  const content = method === STORED ? packed : inflate(packed, size, label)
  if (content.length !== size)
    throw new CheckpointError(`${label} has ${content.length} bytes, the archive says ${size}: it is damaged`)
  // torch.save can be told to leave checksums out, and writes 0 then.
  if (checksum !== 0 && crc32(content) !== checksum)
    throw new CheckpointError(`the checksum of ${label} is wrong: the file is damaged; fetch it again`)
  return content
}

/** The bytes of an entry behind its own header, which must agree with the directory. */
function locate(file: Uint8Array, part: string, { name, nameBytes, method, begin, packedSize }: ZipEntry): Uint8Array {
  const reader = new ByteReader(file, part)
  reader.take(begin)
  if (reader.uint32() !== LOCAL_HEADER)
    throw reader.fail(`the archive has no entry ${quote(name)} where it should be`, begin)
  reader.take(4)
  const ownMethod = reader.uint16()
  reader.take(16)
  const nameLength = reader.uint16()
  const extraLength = reader.uint16()
  const ownName = reader.take(nameLength)
  if (ownMethod !== method || Buffer.compare(ownName, nameBytes) !== 0)
    throw reader.fail(`the archive describes the entry ${quote(name)} in two different ways: it is damaged`, begin)
  reader.take(extraLength)
  return reader.take(packedSize)
}

function inflate(packed: Uint8Array, size: number, label: string): Uint8Array {
  try {
    // zlib stops where the output grows beyond what the archive says.
    const { buffer, byteOffset, byteLength } = inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) })
    return new Uint8Array(buffer, byteOffset, byteLength)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CheckpointError(`${label} cannot be decompressed: ${reason}; fetch the file again`, { cause })
  }
}
