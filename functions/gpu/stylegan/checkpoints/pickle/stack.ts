import type { ByteReader } from './byteReader.ts'
import type { Value } from './machineValue.ts'

/** The machine's stack with its marks: nothing below the last mark can be taken. */
export class Stack {
  readonly #reader: ByteReader
  readonly #limit: number
  #items: Value[] = []
  #marks: number[] = []

  constructor(reader: ByteReader, limit: number) {
    this.#reader = reader
    this.#limit = limit
  }

  push(value: Value): void {
    this.#checkSize()
    this.#items.push(value)
  }

  mark(): void {
    this.#checkSize()
    this.#marks.push(this.#items.length)
  }

  pop(): Value {
    const value = this.#items.length > this.#floor ? this.#items.pop() : undefined
    if (value === undefined) throw this.#underflow()
    return value
  }

  top(): Value {
    const value = this.#items.length > this.#floor ? this.#items.at(-1) : undefined
    if (value === undefined) throw this.#underflow()
    return value
  }

  /** A POP right behind a mark takes the mark. */
  drop(): void {
    if (this.#marks.length > 0 && this.#items.length === this.#floor) this.#marks.pop()
    else this.pop()
  }

  /** Everything above the last mark, and the mark. */
  popMark(): Value[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw this.#reader.fail('an instruction needs a mark, and there is none: damaged')
    return this.#items.splice(mark)
  }

  popSome(count: number): Value[] {
    const begin = this.#items.length - count
    if (begin < this.#floor) throw this.#underflow()
    return this.#items.splice(begin)
  }

  get #floor(): number {
    return this.#marks.at(-1) ?? 0
  }

  #underflow() {
    return this.#reader.fail('an instruction needs more values than the stack holds: the file is damaged')
  }

  #checkSize(): void {
    if (this.#items.length + this.#marks.length >= this.#limit)
      throw this.#reader.fail(`more than ${this.#limit} values wait on the stack: damaged, or made to exhaust memory`)
  }
}
