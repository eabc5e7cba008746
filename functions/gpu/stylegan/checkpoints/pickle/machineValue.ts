import type { CheckpointError } from '../errors.ts'
import type { Budget } from './limits.ts'
import type { PickleValue } from './value.ts'

/** What a pickle handles: values that may stand in its result, and those that only serve to make others. */
export type Value = PickleValue | MachineOnly

/** Never part of a result, and refused as an element of a list, a dict or a set. */
export abstract class MachineOnly {
  /** For error messages. */
  abstract readonly description: string
}

/** A tuple that holds something machine-only: the arguments of a reduction. */
export class ArgumentTuple extends MachineOnly {
  override readonly description = 'a tuple of arguments'
  readonly items: readonly Value[]

  constructor(items: readonly Value[]) {
    super()
    this.items = items
  }
}

/** Something that a file names and that is known: never code, only what this program does in its place. */
export class Reference extends MachineOnly {
  override readonly description: string
  readonly name: string
  readonly call: Reduction | undefined

  constructor(name: string, call?: Reduction) {
    super()
    this.description = `the name ${name}`
    this.name = name
    this.call = call
  }
}

/** What a reduction gets beside its arguments. */
export interface Surroundings {
  readonly budget: Budget
  /** An error that says where in the file. */
  fail(what: string): CheckpointError
  /** Reads a torch file that lies inside this one. */
  loadTorch(file: Uint8Array): Value
}

export interface Reduced {
  readonly value: Value
  /** Takes the state that a BUILD instruction brings; gives what stands in the value's place from then on. */
  readonly build?: (state: Value, surroundings: Surroundings) => Value
}

/** @throws {CheckpointError} on arguments that are not of the shape its own library writes */
export type Reduction = (args: readonly Value[], surroundings: Surroundings) => Reduced

/** A name either stands for a plain value, or for something that makes one. */
export type Names = ReadonlyMap<string, PickleValue | Reference>

/** Dicts of pickles are the only maps. */
export function isDict(value: unknown): value is Map<PickleValue, PickleValue> {
  return value instanceof Map
}

/** What can be a key of a dict: maps compare objects by identity, Python by content. */
export function isKey(value: unknown): value is null | boolean | number | bigint | string {
  return value === null || (typeof value !== 'object' && value !== undefined)
}

/** A list, or a tuple of plain values. */
export function isSequence(value: unknown): value is readonly PickleValue[] {
  return Array.isArray(value)
}

/** A sequence that may grow. */
export function isList(value: unknown): value is PickleValue[] {
  return Array.isArray(value) && !Object.isFrozen(value)
}

/** What an empty container costs in V8, about. */
export const DICT_BYTES = 200
export const LIST_BYTES = 48
export const ELEMENT_BYTES = 16

/** Tuples are frozen: that is how they differ from lists. `items` must not be in use elsewhere. */
export function makeTuple(items: Value[], budget: Budget): Value {
  budget.make(LIST_BYTES + ELEMENT_BYTES * items.length)
  return items.every(isPlain) ? Object.freeze(items) : new ArgumentTuple(items)
}

export function isPlain(value: Value): value is PickleValue {
  return !(value instanceof MachineOnly)
}
