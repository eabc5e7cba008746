import { CheckpointError } from '../errors.ts'

/** How much of memory and time a file may ask for. The defaults are several times what a 1024² generator needs. */
export interface PickleLimits {
  /** Instructions, in all pickles of the file together. */
  readonly opcodes: number
  /** Values that wait on the stack, marks included. */
  readonly stack: number
  /** Values that are remembered for later use, and the largest number of one. */
  readonly memo: number
  /** Levels of containers within one another, so that whoever walks through the result may recurse. */
  readonly depth: number
  /** Values in the result, where one that occurs several times counts several times. */
  readonly values: number
  /** Bytes of texts, containers and decompressed data. Views of the file cost nothing. */
  readonly madeBytes: number
  /** Torch files inside one another. */
  readonly nesting: number
}

export const defaultLimits: PickleLimits = {
  opcodes: 8_000_000,
  stack: 2_000_000,
  memo: 4_000_000,
  depth: 200,
  values: 20_000_000,
  madeBytes: 2 ** 29,
  nesting: 3,
}

/** Counts what a file takes, and stops it at the limits. */
export class Budget {
  readonly limits: PickleLimits
  #opcodes = 0
  #madeBytes = 0
  #checkedBytes = 0
  readonly #checkable: number

  constructor(limits: PickleLimits, fileBytes: number) {
    this.limits = limits
    // Each byte of an honest file is summed up once for each torch file that it lies in.
    this.#checkable = fileBytes * (limits.nesting + 1)
  }

  /** @throws {CheckpointError} beyond the limit of instructions */
  spendOpcodes(count: number): void {
    this.#opcodes += count
    if (this.#opcodes > this.limits.opcodes)
      throw new CheckpointError(
        `the file holds more than ${this.limits.opcodes} pickle instructions: it is damaged, or made to exhaust memory`,
      )
  }

  /** To be called before the bytes are made. @throws {CheckpointError} beyond the limit of bytes */
  make(bytes: number): void {
    this.#madeBytes += bytes
    if (this.#madeBytes > this.limits.madeBytes)
      throw new CheckpointError(
        `the file unpacks to more than ${this.limits.madeBytes} bytes: it is damaged, or made to exhaust memory`,
      )
  }

  /** Bytes whose checksum is computed. @throws {CheckpointError} where a file lets the same ones be read again and again */
  check(bytes: number): void {
    this.#checkedBytes += bytes
    if (this.#checkedBytes > this.#checkable)
      throw new CheckpointError('the archive names the same bytes again and again: it is made to waste time')
  }
}
