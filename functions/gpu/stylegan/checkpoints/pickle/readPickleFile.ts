import { CheckpointError } from '../errors.ts'
import { ByteReader } from './byteReader.ts'
import { checkResult } from './checkResult.ts'
import { Budget, defaultLimits, type PickleLimits } from './limits.ts'
import { runPickle } from './machine.ts'
import type { Environment } from './machineState.ts'
import { isPlain, type Value } from './machineValue.ts'
import { lookUpName } from './names.ts'
import { opcodes } from './opcodes.ts'
import { LEGACY_MAGIC, readTorchLegacy } from './torchLegacy.ts'
import { readTorchZip } from './torchZip.ts'
import type { PickleValue } from './value.ts'

export type { PickleLimits } from './limits.ts'

const ZIP_SIGNATURES = ['PK\x03\x04', 'PK\x05\x06']

/**
 * Reads a pickle of protocol 2 to 5, or a file of `torch.save`, zip archive or legacy: told apart by their content.
 * Nothing that the file holds or names is ever run: names are looked up in a short list of what files of weights need,
 * and everything else is an error that says which name, and where.
 *
 * Objects of Python become `PickledObject`, dicts of all kinds maps, tuples and sets arrays, storages and numpy arrays
 * tensors, numpy scalars numbers, whole numbers beyond 2⁵³ bigints. One can walk through the result by recursion: it
 * has no cycles, and no more than `limits.depth` levels.
 *
 * @param file - the whole file. Tensors and bytes are views of it: do not write into it.
 * @param limits - where others than the defaults are wanted
 * @throws {CheckpointError} on files of another kind, damaged or cut short, on names that are not allowed, and on what
 *   would take more memory or time than the limits allow
 */
export function readPickleFile(file: Uint8Array, limits: Partial<PickleLimits> = {}): PickleValue {
  const all = { ...defaultLimits, ...limits }
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength)
  const { value } = readSerialized(bytes, 'the file', new Budget(all, file.length), 0)
  if (!isPlain(value)) throw new CheckpointError(`the file holds ${value.description}, and no data`)
  checkResult(value, all)
  return value
}

/** `level`: how many torch files this one lies in. */
function readSerialized(
  bytes: Uint8Array,
  part: string,
  budget: Budget,
  level: number,
): { value: Value; torch: boolean } {
  if (level > budget.limits.nesting)
    throw new CheckpointError(
      `torch files lie within one another more than ${budget.limits.nesting} levels deep: refused`,
    )
  const environment: Environment = {
    budget,
    lookUp: lookUpName,
    loadTorch: (inner, position) => {
      const label = `a torch file at byte ${position} of ${part}`
      const { value, torch } = readSerialized(inner, label, budget, level + 1)
      if (!torch) throw new CheckpointError(`${label} is no torch file: it is damaged`)
      return value
    },
  }
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16))
  if (ZIP_SIGNATURES.includes(start.toString('latin1', 0, 4)))
    return { value: readTorchZip(bytes, part, environment), torch: true }
  if (start[0] !== opcodes.PROTO)
    throw new CheckpointError(
      `${part} is neither a pickle (of protocol 2 or later) nor a zip archive: it begins with ${describe(start)}`,
    )
  const reader = new ByteReader(bytes, part)
  const value = runPickle(reader, environment)
  return value === LEGACY_MAGIC ? { value: readTorchLegacy(reader, environment), torch: true } : { value, torch: false }
}

/** A page of a website that was saved instead of the file is seen at once. */
function describe(start: Buffer): string {
  if (start.length === 0) return 'nothing, it is empty'
  return /^[\x20-\x7e\r\n\t]+$/.test(start.toString('latin1'))
    ? JSON.stringify(start.toString('latin1'))
    : start.toString('hex')
}
