/**
 * The store is the project's database: objects of bytes under keys like `projects/local-demo/project.json`. Nothing is
 * written but on a condition, so two writers cannot lose each other's work. The interface holds what an object store in
 * the cloud can promise (If-None-Match and If-Match on writes, keys listed in order) and nothing more.
 */
import { AlreadyExistsError, DifferentContentError } from './errors.ts'

export * from './errors.ts'
export { createJson, encodeJson, getJson, listJson, readEach, updateJson } from './json.ts'
export { type Lease, type LeaseOptions, takeLease, whileHolding } from './lease.ts'

/** An object as it was read. */
export interface StoredObject {
  bytes: Uint8Array
  /** Names this state of the object. Opaque: its form differs from driver to driver. */
  etag: string
}

export interface ObjectHead {
  etag: string
  /** Length in bytes. */
  size: number
}

/**
 * Keys are `/`-separated steps of lower-case letters, digits and `. _ -`. No key may be a folder of another: beside `a/b`
 * there is no `a`. Every method throws InvalidKeyError for what is no key, and StorageError where the system below
 * fails; then the store is as it was before. Bytes passed in or handed out are never shared with the store.
 */
export interface Store {
  /** The object, or undefined where there is none. */
  get(key: string): Promise<StoredObject | undefined>
  /** Etag and length without the bytes, or undefined where there is no object. */
  head(key: string): Promise<ObjectHead | undefined>
  /**
   * Writes an object that is not there yet; of many who try, one wins.
   * @returns its etag
   * @throws AlreadyExistsError
   */
  create(key: string, bytes: Uint8Array): Promise<string>
  /**
   * Writes in place of exactly the object that was read with this etag.
   * @returns the new etag
   * @throws ChangedError when the object is another by now, or gone
   */
  replace(key: string, bytes: Uint8Array, etag: string): Promise<string>
  /** The keys that begin with the prefix ('' for all), in the order of their characters' codes. */
  list(prefix: string): AsyncIterable<string>
  /**
   * The steps right below a folder that lead to further keys, as prefixes that end in `/`, in their order: what an object
   * store calls common prefixes. Much cheaper than listing what is in them. One whose objects are gone may be named, still.
   * @param folder ends in `/`, or is ''
   */
  folders(folder: string): AsyncIterable<string>
  /** Takes the object away. Where there is none, that is well. */
  remove(key: string): Promise<void>
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/**
 * Writes what a repeatable job made: creates the object, or finds the same bytes there already from an earlier attempt.
 * @returns the object's etag
 * @throws DifferentContentError when other bytes are there
 */
export const ensure = async (store: Store, key: string, bytes: Uint8Array): Promise<string> => {
  try {
    return await store.create(key, bytes)
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    const there = await store.get(key)
    // Removed between the two calls: then it is ours to create.
    if (there === undefined) return await store.create(key, bytes)
    if (!sameBytes(there.bytes, bytes)) throw new DifferentContentError(key)
    return there.etag
  }
}

/**
 * Writes an object that has one writer and may change: creates it, or puts the new bytes in the place of the old ones.
 * @returns the object's etag
 * @throws ChangedError, AlreadyExistsError when another writer was at it in the same moment
 */
export const overwrite = async (store: Store, key: string, bytes: Uint8Array): Promise<string> => {
  const there = await store.get(key)
  if (there === undefined) return await store.create(key, bytes)
  return sameBytes(there.bytes, bytes) ? there.etag : await store.replace(key, bytes, there.etag)
}
