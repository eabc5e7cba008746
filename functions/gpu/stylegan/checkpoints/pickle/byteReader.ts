import { CheckpointError } from '../errors.ts'

/** What is read at one time as text; a longer one could not become a JavaScript string. */
const LONGEST_TEXT = 2 ** 28
const LONGEST_LINE = 2 ** 20
const NEWLINE = 0x0a
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads bytes from front to back, and never beyond their end: each length is compared with what is left first. */
export class ByteReader {
  readonly bytes: Uint8Array
  /** What the bytes are, for error messages: `the file`. */
  readonly part: string
  position = 0
  readonly #view: DataView

  constructor(bytes: Uint8Array, part: string) {
    this.bytes = bytes
    this.part = part
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.bytes.length - this.position
  }

  fail(what: string, position = this.position): CheckpointError {
    return new CheckpointError(`${what} (byte ${position} of ${this.part})`)
  }

  /** The fastest way, since it is taken for every instruction. */
  byte(): number {
    const value = this.bytes[this.position]
    if (value === undefined) throw this.#tooShort(1)
    this.position++
    return value
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true)
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true)
  }

  /** Big-endian: the one number that pickles write so. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false)
  }

  /** A view, not a copy. */
  take(length: number | bigint): Uint8Array {
    const begin = this.#advance(length)
    return this.bytes.subarray(begin, this.position)
  }

  text(length: number | bigint): string {
    if (length > LONGEST_TEXT && length <= this.left) throw this.fail(`a text of ${length} bytes is too long`)
    const begin = this.position
    const bytes = this.take(length)
    try {
      return utf8.decode(bytes)
    } catch {
      throw this.fail('a text is not UTF-8', begin)
    }
  }

  /** One character for each byte, as Python 2 wrote its strings. */
  latin1(length: number | bigint): string {
    if (length > LONGEST_TEXT && length <= this.left) throw this.fail(`a text of ${length} bytes is too long`)
    const { buffer, byteOffset, byteLength } = this.take(length)
    return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
  }

  /** Up to the next line feed, which is dropped. */
  line(): string {
    const length = this.bytes.subarray(this.position, this.position + LONGEST_LINE).indexOf(NEWLINE)
    if (length < 0) throw this.fail('a line does not end: the file was cut short, or is damaged')
    const line = this.text(length)
    this.position++
    return line
  }

  #advance(length: number | bigint): number {
    if (length < 0 || length > this.left) throw this.#tooShort(length)
    const begin = this.position
    this.position += Number(length)
    return begin
  }

  #tooShort(length: number | bigint): CheckpointError {
    return this.fail(
      `${length} bytes are announced, ${this.left} are left: the file was cut short or is damaged; fetch it again`,
    )
  }
}
