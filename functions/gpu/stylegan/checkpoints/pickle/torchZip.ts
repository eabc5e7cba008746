import { CheckpointError } from '../errors.ts'
import { ByteReader } from './byteReader.ts'
import { runPickle } from './machine.ts'
import type { Environment } from './machineState.ts'
import type { Value } from './machineValue.ts'
import { quote } from './quote.ts'
import { makeStorage, readStorageId } from './storages.ts'
import { openZip } from './zipArchive.ts'

/**
 * Reads a file of `torch.save` since PyTorch 1.6: a zip archive of `<name>/data.pkl`, `<name>/byteorder` and
 * `<name>/data/<key>` for each storage.
 *
 * @throws {CheckpointError} where it is damaged, big-endian, not of torch, or holds what is not allowed
 */
export function readTorchZip(file: Uint8Array, part: string, environment: Environment): Value {
  const archive = openZip(file, part, environment.budget)
  const pickles = archive.names.filter((name) => /^[^/]+\/data\.pkl$/.test(name))
  const [name] = pickles
  const pickle = name === undefined ? undefined : archive.read(name)
  if (name === undefined || pickle === undefined || pickles.length > 1)
    throw new CheckpointError(
      `${part} is a zip archive with ${pickles.length} data.pkl, not one that torch.save wrote. If it holds a ` +
        'checkpoint, unpack it and import that',
    )
  const folder = name.slice(0, -'data.pkl'.length)
  const order = archive.read(`${folder}byteorder`)
  if (order !== undefined && Buffer.from(order.subarray(0, 20)).toString('latin1') !== 'little')
    throw new CheckpointError(`${part} was saved on a big-endian machine: save it on another one`)

  const storages = new Map<string, Uint8Array>()
  return runPickle(new ByteReader(pickle, `data.pkl in ${part}`), {
    ...environment,
    persistentLoad: (given, fail) => {
      const id = readStorageId(given, fail)
      const bytes = storages.get(id.key) ?? archive.read(`${folder}data/${id.key}`)
      if (bytes === undefined) throw fail(`storage ${quote(id.key)} is not in the archive: the file is damaged`)
      storages.set(id.key, bytes)
      return makeStorage(id, bytes, fail)
    },
  })
}
