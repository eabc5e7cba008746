import { expect } from 'vitest'
import { CheckpointError } from '../../../../../../functions/gpu/stylegan/checkpoints/errors.ts'
import {
  type PickleLimits,
  readPickleFile,
} from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/readPickleFile.ts'

/** What is called throws a `CheckpointError` with such a message. Calls once: some files take their time. */
export function expectCheckpointError(call: () => unknown, message: RegExp): void {
  let thrown: unknown
  try {
    call()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(CheckpointError)
  expect(String(thrown)).toMatch(message)
}

/** The file is not read, and the error says why. */
export function expectRefused(file: Uint8Array, message: RegExp, limits: Partial<PickleLimits> = {}): void {
  expectCheckpointError(() => readPickleFile(file, limits), message)
}
