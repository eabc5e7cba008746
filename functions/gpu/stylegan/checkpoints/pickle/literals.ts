import type { ByteReader } from './byteReader.ts'
import { narrowInteger } from './integer.ts'
import type { Budget } from './limits.ts'
import { opcodes } from './opcodes.ts'
import { quote } from './quote.ts'
import type { PickleValue } from './value.ts'

/** Larger than any number that torch or numpy write; a decimal of a million digits takes long to read. */
const LONGEST_INTEGER = 256

/**
 * Reads the literal that an instruction pushes.
 *
 * @returns undefined where the instruction is of another kind
 * @throws {CheckpointError} on a length beyond the end, and on damaged numbers and texts
 */
export function readLiteral(opcode: number, reader: ByteReader, budget: Budget): PickleValue | undefined {
  switch (opcode) {
    case opcodes.NONE:
      return null
    case opcodes.NEWTRUE:
      return true
    case opcodes.NEWFALSE:
      return false
    case opcodes.BININT1:
      return reader.byte()
    case opcodes.BININT2:
      return reader.uint16()
    case opcodes.BININT:
      return reader.int32()
    case opcodes.LONG1:
      return readInteger(reader, reader.byte())
    case opcodes.LONG4:
      return readInteger(reader, reader.int32())
    case opcodes.BINFLOAT:
      return reader.float64()
    case opcodes.BINUNICODE:
      return readText(reader, budget, reader.uint32())
    case opcodes.SHORT_BINUNICODE:
      return readText(reader, budget, reader.byte())
    case opcodes.BINUNICODE8:
      return readText(reader, budget, reader.uint64())
    case opcodes.BINSTRING:
      return readText(reader, budget, reader.int32(), 'latin1')
    case opcodes.SHORT_BINSTRING:
      return readText(reader, budget, reader.byte(), 'latin1')
    case opcodes.BINBYTES:
      return reader.take(reader.uint32())
    case opcodes.SHORT_BINBYTES:
      return reader.take(reader.byte())
    case opcodes.BINBYTES8:
    case opcodes.BYTEARRAY8:
      return reader.take(reader.uint64())
    default:
      return readTextLiteral(opcode, reader, budget)
  }
}

/** Literals as protocol 0 writes them: a line of text. */
function readTextLiteral(opcode: number, reader: ByteReader, budget: Budget): PickleValue | undefined {
  switch (opcode) {
    case opcodes.INT: {
      const text = readLine(reader, budget)
      return text === '00' ? false : text === '01' ? true : parseInteger(text, reader)
    }
    case opcodes.LONG:
      return parseInteger(readLine(reader, budget).replace(/L$/, ''), reader)
    case opcodes.FLOAT: {
      const text = readLine(reader, budget)
      const special = new Map([
        ['nan', Number.NaN],
        ['inf', Number.POSITIVE_INFINITY],
        ['-inf', Number.NEGATIVE_INFINITY],
      ]).get(text)
      if (special !== undefined) return special
      if (!/^-?\d+(\.\d*)?(e[+-]?\d+)?$/.test(text)) throw reader.fail(`${quote(text)} is no number`)
      return Number(text)
    }
    case opcodes.UNICODE:
      return readLine(reader, budget).replace(/\\u([0-9a-f]{4})/gi, (_, digits) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      )
    case opcodes.STRING: {
      const quoted = /^(['"])([^\\]*)\1$/.exec(readLine(reader, budget))?.[2]
      if (quoted === undefined) throw reader.fail('a text of pickle protocol 0 is damaged, or holds a backslash')
      return quoted
    }
    default:
      return undefined
  }
}

function readText(reader: ByteReader, budget: Budget, length: number | bigint, encoding: 'utf8' | 'latin1' = 'utf8') {
  budget.make(2 * Math.min(Number(length), reader.left))
  return encoding === 'utf8' ? reader.text(length) : reader.latin1(length)
}

function readLine(reader: ByteReader, budget: Budget): string {
  const line = reader.line()
  budget.make(2 * line.length)
  return line
}

/** Two's complement, little-endian. */
function readInteger(reader: ByteReader, length: number): number | bigint {
  if (length > LONGEST_INTEGER) throw reader.fail(`a whole number of ${length} bytes is too long`)
  const digits = [...reader.take(length)].reverse().map((byte) => byte.toString(16).padStart(2, '0'))
  return narrowInteger(length === 0 ? 0n : BigInt.asIntN(8 * length, BigInt(`0x${digits.join('')}`)))
}

function parseInteger(text: string, reader: ByteReader): number | bigint {
  if (text.length > LONGEST_INTEGER || !/^-?\d+$/.test(text)) throw reader.fail(`${quote(text)} is no whole number`)
  return narrowInteger(BigInt(text))
}
