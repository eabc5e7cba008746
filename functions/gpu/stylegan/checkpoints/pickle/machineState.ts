import type { CheckpointError } from '../errors.ts'
import type { ByteReader } from './byteReader.ts'
import type { Budget } from './limits.ts'
import type { Reference, Value } from './machineValue.ts'
import type { Memo } from './memo.ts'
import type { Stack } from './stack.ts'
import type { PickleValue } from './value.ts'

export type Fail = (what: string) => CheckpointError

/** What a pickle may reach outside itself. */
export interface Environment {
  readonly budget: Budget
  /** What a global name stands for. @throws {CheckpointError} for names that are not allowed */
  lookUp(module: string, name: string, fail: Fail): PickleValue | Reference
  /** Reads a torch file that is a value of this pickle. `position`: of the instruction that asks for it */
  loadTorch(file: Uint8Array, position: number): Value
  /** Persistent ids mean something in torch files alone. */
  readonly persistentLoad?: (id: Value, fail: Fail) => Value
}

/** Of one pickle that is being run. */
export interface MachineState {
  readonly reader: ByteReader
  readonly environment: Environment
  readonly stack: Stack
  readonly memo: Memo
  /** How the values that may get a state take it. */
  readonly builders: WeakMap<object, (state: Value) => Value>
  /** Of the present instruction. */
  position: number
  /** An error that names that position. */
  readonly fail: Fail
}
