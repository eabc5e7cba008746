import type { MachineState } from './machineState.ts'
import { DICT_BYTES, isDict, isKey, isList, isPlain, LIST_BYTES, makeTuple, type Value } from './machineValue.ts'
import { opcodes } from './opcodes.ts'
import type { PickleValue } from './value.ts'

/**
 * Tuples, lists, sets and dicts: makes them and fills them. Sets become lists, frozen sets tuples.
 * @returns whether the instruction is one of these
 */
export function runContainerInstruction(opcode: number, state: MachineState): boolean {
  const { stack } = state
  switch (opcode) {
    case opcodes.EMPTY_TUPLE:
      pushTuple([], state)
      return true
    case opcodes.TUPLE1:
      pushTuple(stack.popSome(1), state)
      return true
    case opcodes.TUPLE2:
      pushTuple(stack.popSome(2), state)
      return true
    case opcodes.TUPLE3:
      pushTuple(stack.popSome(3), state)
      return true
    case opcodes.TUPLE:
      pushTuple(stack.popMark(), state)
      return true
    case opcodes.FROZENSET:
      pushTuple(
        stack.popMark().map((item) => element(item, state)),
        state,
      )
      return true
    case opcodes.EMPTY_LIST:
    case opcodes.EMPTY_SET:
      pushList([], state)
      return true
    case opcodes.LIST:
      pushList(stack.popMark(), state)
      return true
    case opcodes.APPEND:
      append(stack.popSome(1), state)
      return true
    case opcodes.APPENDS:
    case opcodes.ADDITEMS:
      append(stack.popMark(), state)
      return true
    case opcodes.EMPTY_DICT:
      pushDict([], state)
      return true
    case opcodes.DICT:
      pushDict(stack.popMark(), state)
      return true
    case opcodes.SETITEM:
      setItems(stack.popSome(2), state)
      return true
    case opcodes.SETITEMS:
      setItems(stack.popMark(), state)
      return true
    default:
      return false
  }
}

function pushTuple(items: Value[], { stack, environment }: MachineState): void {
  stack.push(makeTuple(items, environment.budget))
}

function pushList(items: readonly Value[], state: MachineState): void {
  state.environment.budget.make(LIST_BYTES)
  state.stack.push(items.map((item) => element(item, state)))
}

function append(items: readonly Value[], state: MachineState): void {
  const list = state.stack.top()
  if (!isList(list)) throw state.fail('elements are added to what is no list: damaged')
  for (const item of items) list.push(element(item, state))
}

function pushDict(pairs: readonly Value[], state: MachineState): void {
  state.environment.budget.make(DICT_BYTES)
  state.stack.push(new Map<PickleValue, PickleValue>())
  setItems(pairs, state)
}

function setItems(pairs: readonly Value[], state: MachineState): void {
  const dict = state.stack.top()
  if (!isDict(dict)) throw state.fail('items are set in what is no dict: the file is damaged')
  for (let index = 0; index < pairs.length; index += 2) {
    const [key, value] = [pairs[index], pairs[index + 1]]
    if (key === undefined || value === undefined) throw state.fail('a dict gets a key without a value: damaged')
    dict.set(checkKey(key, state), element(value, state))
  }
}

function element(value: Value, { fail }: MachineState): PickleValue {
  if (isPlain(value)) return value
  throw fail(`${value.description} stands where only data may. Nothing in the file was run`)
}

function checkKey(key: Value, { fail }: MachineState): PickleValue {
  if (isKey(key)) return key
  throw fail('the key of a dict is neither a number nor a text: such dicts cannot be read')
}
