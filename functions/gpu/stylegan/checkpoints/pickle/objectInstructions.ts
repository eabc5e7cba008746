import type { MachineState } from './machineState.ts'
import { ArgumentTuple, isDict, isSequence, makeTuple, Reference, type Value } from './machineValue.ts'
import { opcodes } from './opcodes.ts'

/** Reading names and checking arguments takes as long as many other instructions. */
const NAME_OPCODES = 5
const REDUCTION_OPCODES = 20

/**
 * Names, what is made by them, their state, and persistent ids.
 * @returns whether the instruction is one of these
 */
export function runObjectInstruction(opcode: number, state: MachineState): boolean {
  const { reader, stack, environment, fail } = state
  switch (opcode) {
    case opcodes.GLOBAL:
      stack.push(readGlobal(state))
      return true
    case opcodes.STACK_GLOBAL: {
      const [module, name] = stack.popSome(2)
      if (typeof module !== 'string' || typeof name !== 'string') throw fail('a global name is no text: damaged')
      stack.push(environment.lookUp(module, name, fail))
      return true
    }
    case opcodes.REDUCE:
    case opcodes.NEWOBJ: {
      const args = stack.pop()
      reduce(stack.pop(), args, state)
      return true
    }
    case opcodes.NEWOBJ_EX: {
      const named = stack.pop()
      const args = stack.pop()
      if (!isDict(named) || named.size > 0) throw fail('an object is made with named arguments, which is not read')
      reduce(stack.pop(), args, state)
      return true
    }
    case opcodes.INST: {
      const callee = readGlobal(state)
      reduce(callee, makeTuple(stack.popMark(), environment.budget), state)
      return true
    }
    case opcodes.OBJ: {
      const [callee = null, ...args] = stack.popMark()
      reduce(callee, makeTuple(args, environment.budget), state)
      return true
    }
    case opcodes.BUILD: {
      const given = stack.pop()
      const target = stack.pop()
      stack.push(build(target, given, state))
      return true
    }
    case opcodes.PERSID:
      stack.push(persistentLoad(reader.line(), state))
      return true
    case opcodes.BINPERSID:
      stack.push(persistentLoad(stack.pop(), state))
      return true
    default:
      return false
  }
}

function readGlobal({ reader, environment, fail }: MachineState): Value {
  environment.budget.spendOpcodes(NAME_OPCODES)
  const module = reader.line()
  return environment.lookUp(module, reader.line(), fail)
}

function reduce(callee: Value, args: Value, { stack, environment, builders, position, fail }: MachineState): void {
  if (!(callee instanceof Reference)) throw fail('what is to be called is no name: the file is damaged')
  if (callee.call === undefined) throw fail(`${callee.description} is called, but only stands for a type: damaged`)
  const items = args instanceof ArgumentTuple ? args.items : isSequence(args) ? args : undefined
  if (items === undefined) throw fail(`${callee.description} is called without a tuple of arguments: damaged`)
  environment.budget.spendOpcodes(REDUCTION_OPCODES)
  const surroundings = {
    budget: environment.budget,
    fail,
    loadTorch: (file: Uint8Array) => environment.loadTorch(file, position),
  }
  const { value, build } = callee.call(items, surroundings)
  if (build !== undefined && typeof value === 'object' && value !== null)
    builders.set(value, (state) => build(state, surroundings))
  stack.push(value)
}

function build(target: Value, given: Value, { builders, fail }: MachineState): Value {
  const builder = typeof target === 'object' && target !== null ? builders.get(target) : undefined
  if (builder === undefined) throw fail('a value gets a state that has none: damaged. Nothing in the file was run')
  return builder(given)
}

function persistentLoad(id: Value, { environment, fail }: MachineState): Value {
  if (environment.persistentLoad === undefined)
    throw fail('the pickle refers to data outside of it (a persistent id), as only torch files may')
  return environment.persistentLoad(id, fail)
}
