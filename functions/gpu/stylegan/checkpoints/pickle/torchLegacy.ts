import type { ByteReader } from './byteReader.ts'
import { elementBytes } from './elements.ts'
import { runPickle } from './machine.ts'
import type { Environment, Fail } from './machineState.ts'
import { isDict, isSequence, type Value } from './machineValue.ts'
import { quote } from './quote.ts'
import { makeStorage, readStorageId, type StorageId } from './storages.ts'

/** What the first pickle of such a file is. */
export const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn
const VERSION = 1001

/**
 * Reads the rest of a file as `torch.save` wrote it before PyTorch 1.6, and still writes storages inside other pickles:
 * pickles of the magic number, the version, the machine, the object and the keys of its storages; then for each key
 * the number of elements (int64) and the elements, little-endian.
 *
 * @param reader - behind the magic number
 * @throws {CheckpointError} where it is damaged, big-endian, or holds what is not allowed
 */
export function readTorchLegacy(reader: ByteReader, environment: Environment): Value {
  const version = runPickle(reader, environment)
  if (version !== VERSION) throw reader.fail(`the torch file has another version than ${VERSION}: it is damaged`)
  const machine = runPickle(reader, environment)
  if (!isDict(machine) || machine.get('little_endian') !== true)
    throw reader.fail('the torch file was not saved on a little-endian machine: save it on another one')

  // Where a storage lies is known behind the object that it belongs to, so the object is read twice.
  const begin = reader.position
  const ids = new Map<string, StorageId>()
  const run = (load: (id: StorageId, fail: Fail) => Value) =>
    runPickle(reader, { ...environment, persistentLoad: (given, fail) => load(readStorageId(given, fail), fail) })
  run((id, fail) => {
    if (!ids.has(id.key)) ids.set(id.key, id)
    return makeStorage({ ...id, count: 0 }, new Uint8Array(), fail)
  })
  const storages = readStorages(reader, runPickle(reader, environment), ids)
  reader.position = begin
  return run((id, fail) => {
    const bytes = storages.get(id.key)
    if (bytes === undefined) throw fail(`storage ${quote(id.key)} is not in the file: it is damaged`)
    return makeStorage(id, bytes, fail)
  })
}

function readStorages(
  reader: ByteReader,
  keys: Value,
  ids: ReadonlyMap<string, StorageId>,
): ReadonlyMap<string, Uint8Array> {
  if (!isSequence(keys)) throw reader.fail('the torch file has no list of storages: it is damaged')
  const storages = new Map<string, Uint8Array>()
  for (const key of keys) {
    const id = typeof key === 'string' ? ids.get(key) : undefined
    if (id === undefined || storages.has(id.key)) throw reader.fail('the torch file lists storages wrongly: damaged')
    const count = reader.uint64()
    if (count !== BigInt(id.count))
      throw reader.fail(`storage ${quote(id.key)} has ${count} elements, expected ${id.count}: the file is damaged`)
    storages.set(id.key, reader.take(count * BigInt(elementBytes[id.type])))
  }
  return storages
}
