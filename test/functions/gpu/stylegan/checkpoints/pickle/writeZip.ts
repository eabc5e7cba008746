import { crc32, deflateRawSync } from 'node:zlib'
import { join, uint16, uint32, uint64 } from './writePickle.ts'

export interface WrittenEntry {
  readonly name: string
  readonly content: Uint8Array
  readonly deflated?: boolean
  /** What the entry's own header says where it differs. */
  readonly ownName?: string
  /** What the directory says in place of the truth. */
  readonly checksum?: number
  readonly size?: number
  readonly packedSize?: number
  readonly begin?: number
  readonly method?: number
  readonly flags?: number
  /** Sizes and place as 64-bit numbers, which large archives need. */
  readonly zip64?: boolean
}

/** A zip archive, written by hand so that it can be wrong. @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export function writeZip(
  entries: readonly WrittenEntry[],
  options: { zip64?: boolean; count?: number } = {},
): Uint8Array {
  let body: Uint8Array = new Uint8Array()
  let directory: Uint8Array = new Uint8Array()
  for (const entry of entries) {
    const begin = entry.begin ?? body.length
    const packed = entry.deflated ? new Uint8Array(deflateRawSync(entry.content)) : entry.content
    const method = uint16(entry.method ?? (entry.deflated ? 8 : 0))
    const checksum = uint32(entry.checksum ?? crc32(entry.content))
    const [size, packedSize] = [entry.size ?? entry.content.length, entry.packedSize ?? packed.length]
    const ownName = entry.ownName ?? entry.name
    body = join(
      body,
      ...[
        'PK\x03\x04\x14\x00\x00\x00',
        method,
        '\0\0\0\0',
        checksum,
        uint32(packed.length),
        uint32(entry.content.length),
      ],
      ...[uint16(ownName.length), uint16(0), ownName, packed],
    )
    const wide = entry.zip64 === true
    const extra = wide ? join(uint16(1), uint16(24), uint64(size), uint64(packedSize), uint64(begin)) : join()
    const short = (value: number) => uint32(wide ? 0xffffffff : value)
    directory = join(
      directory,
      ...['PK\x01\x02\x14\x00\x14\x00', uint16(entry.flags ?? 0), method, '\0\0\0\0', checksum],
      ...[short(packedSize), short(size), uint16(entry.name.length), uint16(extra.length), '\0'.repeat(10)],
      ...[short(begin), entry.name, extra],
    )
  }
  const count = options.count ?? entries.length
  if (options.zip64 !== true) return join(body, directory, end(count, directory.length, body.length))
  const end64 = join(
    ...[
      'PK\x06\x06',
      uint64(44),
      '\0'.repeat(12),
      uint64(count),
      uint64(count),
      uint64(directory.length),
      uint64(body.length),
    ],
  )
  const locator = join('PK\x06\x07\0\0\0\0', uint64(body.length + directory.length), uint32(1))
  return join(body, directory, end64, locator, end(0xffff, 0xffffffff, 0xffffffff))
}

function end(count: number, length: number, begin: number): Uint8Array {
  return join('PK\x05\x06\0\0\0\0', uint16(count), uint16(count), uint32(length), uint32(begin), '\0\0')
}
