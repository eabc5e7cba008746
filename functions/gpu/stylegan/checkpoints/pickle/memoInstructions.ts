import type { MachineState } from './machineState.ts'
import { NumpyArray } from './numpyArray.ts'
import { opcodes } from './opcodes.ts'
import { quote } from './quote.ts'

/** Remembers the top of the stack, or pushes what was remembered. @returns whether the instruction is one of these */
export function runMemoInstruction(opcode: number, state: MachineState): boolean {
  const { reader, stack, memo } = state
  switch (opcode) {
    case opcodes.BINPUT:
      memo.put(reader.byte(), stack.top())
      return true
    case opcodes.LONG_BINPUT:
      memo.put(reader.uint32(), stack.top())
      return true
    case opcodes.PUT:
      memo.put(readIndex(state), stack.top())
      return true
    case opcodes.MEMOIZE:
      memo.put(memo.size, stack.top())
      return true
    case opcodes.BINGET:
      push(state, reader.byte())
      return true
    case opcodes.LONG_BINGET:
      push(state, reader.uint32())
      return true
    case opcodes.GET:
      push(state, readIndex(state))
      return true
    default:
      return false
  }
}

function push({ stack, memo }: MachineState, index: number): void {
  const value = memo.get(index)
  // An array is remembered before its state comes.
  stack.push(value instanceof NumpyArray ? (value.tensor ?? value) : value)
}

/** As protocol 0 writes it. */
function readIndex({ reader, fail }: MachineState): number {
  const line = reader.line()
  if (!/^\d{1,10}$/.test(line)) throw fail(`${quote(line)} is no number of a remembered value`)
  return Number(line)
}
