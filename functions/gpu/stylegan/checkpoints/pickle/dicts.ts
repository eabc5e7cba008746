import { z } from 'zod'
import { checkArguments, dict, sequence } from './arguments.ts'
import {
  DICT_BYTES,
  ELEMENT_BYTES,
  isDict,
  isKey,
  isSequence,
  type Names,
  type Reduced,
  Reference,
  type Surroundings,
  type Value,
} from './machineValue.ts'
import type { PickleValue } from './value.ts'

/** A list of a million pairs must not take longer than as many instructions. */
const PAIR_OPCODES = 2
const ofItems = z.tuple([z.union([dict, sequence]).optional()])

/** Dicts that are more than Python's own `{}`. */
export const dictNames: Names = new Map(
  [
    new Reference('builtins.dict', (args, around) => ({ value: makeDict(args, around) })),
    new Reference('__builtin__.dict', (args, around) => ({ value: makeDict(args, around) })),
    new Reference('collections.OrderedDict', makeOrderedDict),
    new Reference('dnnlib.util.EasyDict', makeEasyDict),
    new Reference('dnnlib.EasyDict', makeEasyDict),
  ].map((reference) => [reference.name, reference]),
)

/** Its state is what it has beside its items, and is dropped: torch keeps versions of modules there. */
function makeOrderedDict(args: readonly Value[], around: Surroundings): Reduced {
  const value = makeDict(args, around)
  return { value, build: () => value }
}

/** Its items are its attributes. */
function makeEasyDict(args: readonly Value[], around: Surroundings): Reduced {
  const value = makeDict(args, around)
  return {
    value,
    build: (state, later) => {
      addItems(value, state, later)
      return value
    },
  }
}

/** Of nothing, of another dict, or, as Python 2 wrote ordered dicts, of a list of pairs. */
export function makeDict(args: readonly Value[], around: Surroundings): Map<PickleValue, PickleValue> {
  const [items = []] = checkArguments(ofItems, args, 'a dict', around)
  const made = new Map<PickleValue, PickleValue>()
  around.budget.make(DICT_BYTES)
  if (isDict(items)) addItems(made, items, around)
  else
    for (const item of items) {
      around.budget.spendOpcodes(PAIR_OPCODES)
      around.budget.make(2 * ELEMENT_BYTES)
      const [key, value] = isSequence(item) && item.length === 2 ? item : []
      if (!isKey(key) || value === undefined) throw around.fail('a dict is made of what is no list of keys and values')
      made.set(key, value)
    }
  return made
}

/** @throws {CheckpointError} where the items are no dict */
export function addItems(target: Map<PickleValue, PickleValue>, items: Value, { budget, fail }: Surroundings): void {
  if (!isDict(items)) throw fail('the state of an object is no dict: the file is damaged')
  budget.make(2 * ELEMENT_BYTES * items.size)
  for (const [key, value] of items) target.set(key, value)
}
