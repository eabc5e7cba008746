import type { ByteReader } from './byteReader.ts'
import type { Value } from './machineValue.ts'

/** Values that a pickle uses more than once, by number. */
export class Memo {
  readonly #reader: ByteReader
  readonly #limit: number
  readonly #values = new Map<number, Value>()

  constructor(reader: ByteReader, limit: number) {
    this.#reader = reader
    this.#limit = limit
  }

  get size(): number {
    return this.#values.size
  }

  get(index: number): Value {
    const value = this.#values.get(index)
    if (value === undefined) throw this.#reader.fail(`nothing is remembered under the number ${index}: damaged`)
    return value
  }

  put(index: number, value: Value): void {
    if (index >= this.#limit)
      throw this.#reader.fail(`a value is to be remembered under the number ${index}, at most ${this.#limit} may be`)
    this.#values.set(index, value)
  }
}
