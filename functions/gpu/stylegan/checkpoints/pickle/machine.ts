import type { ByteReader } from './byteReader.ts'
import { runContainerInstruction } from './containerInstructions.ts'
import { readLiteral } from './literals.ts'
import type { Environment, MachineState } from './machineState.ts'
import type { Value } from './machineValue.ts'
import { Memo } from './memo.ts'
import { runMemoInstruction } from './memoInstructions.ts'
import { runObjectInstruction } from './objectInstructions.ts'
import { opcodes } from './opcodes.ts'
import { Stack } from './stack.ts'

const HIGHEST_PROTOCOL = 5

/**
 * Runs one pickle, from where the reader stands up to its STOP instruction. Instructions only put values together;
 * what a file names is looked up in a list of known names, and nothing else is ever called.
 *
 * @throws {CheckpointError} on whatever is damaged, unknown, not allowed, or beyond the budget
 * @see https://docs.python.org/3/library/pickletools.html
 */
export function runPickle(reader: ByteReader, environment: Environment): Value {
  const { budget } = environment
  const state: MachineState = {
    reader,
    environment,
    stack: new Stack(reader, budget.limits.stack),
    memo: new Memo(reader, budget.limits.memo),
    builders: new WeakMap(),
    position: reader.position,
    fail: (what) => reader.fail(what, state.position),
  }
  for (;;) {
    budget.spendOpcodes(1)
    state.position = reader.position
    const opcode = reader.byte()
    if (opcode === opcodes.STOP) return state.stack.pop()
    const literal = readLiteral(opcode, reader, budget)
    if (literal !== undefined) state.stack.push(literal)
    else if (
      !runMemoInstruction(opcode, state) &&
      !runContainerInstruction(opcode, state) &&
      !runObjectInstruction(opcode, state)
    )
      runOther(opcode, state)
  }
}

function runOther(opcode: number, { reader, stack, fail }: MachineState): void {
  switch (opcode) {
    case opcodes.PROTO: {
      const protocol = reader.byte()
      if (protocol > HIGHEST_PROTOCOL) throw fail(`pickle protocol ${protocol} is unknown: 0 to 5 can be read`)
      return
    }
    case opcodes.FRAME: {
      const length = reader.uint64()
      if (length > reader.left)
        throw fail(
          `a frame of ${length} bytes is announced, ${reader.left} are left: the file was cut short; fetch it again`,
        )
      return
    }
    case opcodes.MARK:
      stack.mark()
      return
    case opcodes.POP:
      stack.drop()
      return
    case opcodes.POP_MARK:
      stack.popMark()
      return
    case opcodes.DUP:
      stack.push(stack.top())
      return
    case opcodes.EXT1:
    case opcodes.EXT2:
    case opcodes.EXT4:
      throw fail("the pickle uses Python's registry of extensions, which is not read. Nothing in the file was run")
    case opcodes.NEXT_BUFFER:
    case opcodes.READONLY_BUFFER:
      throw fail('the pickle keeps data outside of itself, in buffers that the file does not hold')
    default:
      throw fail(`0x${opcode.toString(16).padStart(2, '0')} is no pickle instruction: the file is damaged`)
  }
}
