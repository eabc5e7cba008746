import { z } from 'zod'
import { ChangedError, ContentionError, InvalidRecordError, MissingError } from './errors.ts'
import type { Store } from './index.ts'

/** A record and the etag under which it was read or written. */
export interface StoredRecord<T> {
  value: T
  etag: string
}

// One of any number of writers wins each round, so only a crowd that never pauses makes a writer lose this often.
const maximumAttempts = 1000

const decode = <T>(key: string, schema: z.ZodType<T>, bytes: Uint8Array): T => {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new InvalidRecordError(key, 'it is not JSON in UTF-8', error)
  }
  const result = schema.safeParse(json)
  if (!result.success) throw new InvalidRecordError(key, z.prettifyError(result.error), result.error)
  return result.data
}

/**
 * A record's bytes: indented JSON in UTF-8, fields in the order of the schema, so that equal records are equal bytes.
 * @throws InvalidRecordError when the value does not fit the schema
 */
export const encodeJson = <T>(key: string, schema: z.ZodType<T>, value: T): Uint8Array => {
  const result = schema.safeParse(value)
  if (!result.success) throw new InvalidRecordError(key, z.prettifyError(result.error), result.error)
  return new TextEncoder().encode(`${JSON.stringify(result.data, null, 2)}\n`)
}

/**
 * Reads a record; undefined where there is none.
 * @throws InvalidRecordError when what is there does not fit the schema
 */
export const getJson = async <T>(
  store: Store,
  key: string,
  schema: z.ZodType<T>,
): Promise<StoredRecord<T> | undefined> => {
  const object = await store.get(key)
  return object && { value: decode(key, schema, object.bytes), etag: object.etag }
}

/**
 * Reads the records of one kind below a prefix, in the order of their keys. One that is removed meanwhile is left out.
 * @param isOne tells their keys from those of other objects there
 * @throws InvalidRecordError when one does not fit the schema
 */
export const listJson = async <T>(
  store: Store,
  prefix: string,
  isOne: (key: string) => boolean,
  schema: z.ZodType<T>,
): Promise<readonly T[]> => {
  const keys: string[] = []
  for await (const key of store.list(prefix)) if (isOne(key)) keys.push(key)
  const records = await Promise.all(keys.map((key) => getJson(store, key, schema)))
  return records.flatMap((record) => (record === undefined ? [] : [record.value]))
}

/**
 * Reads the record of one name in each folder right below a folder, in the order of the folders; those without it are left
 * out.
 * @throws InvalidRecordError when one does not fit the schema
 * @example await readEach(store, 'projects/', 'project.json', Project)
 */
export const readEach = async <T>(
  store: Store,
  folder: string,
  name: string,
  schema: z.ZodType<T>,
): Promise<readonly T[]> => {
  const keys: string[] = []
  for await (const below of store.folders(folder)) keys.push(below + name)
  const records = await Promise.all(keys.map((key) => getJson(store, key, schema)))
  return records.flatMap((record) => (record === undefined ? [] : [record.value]))
}

/**
 * Writes a record that is not there yet.
 * @returns its etag
 * @throws AlreadyExistsError, InvalidRecordError
 */
export const createJson = async <T>(store: Store, key: string, schema: z.ZodType<T>, value: T): Promise<string> =>
  await store.create(key, encodeJson(key, schema, value))

/**
 * Changes a record, whoever else is changing it: reads, applies the change, and writes if nothing came between; else
 * begins again. A change that leaves the record as it was writes nothing.
 *
 * @param change makes the new value from the one read; it may be called several times, so it must do nothing else
 * @throws MissingError when there is no record, InvalidRecordError when old or new value does not fit the schema,
 *   ContentionError when other writers were always faster
 * @example await updateJson(store, keys.run('sixteen-v1').run, Run, (run) => ({ ...run, state: 'stopped' }))
 */
export const updateJson = async <T>(
  store: Store,
  key: string,
  schema: z.ZodType<T>,
  change: (value: T) => T,
): Promise<StoredRecord<T>> => {
  let lost: ChangedError | undefined
  for (let attempt = 0; attempt < maximumAttempts; attempt++) {
    const object = await store.get(key)
    if (object === undefined) throw new MissingError(key)
    const bytes = encodeJson(key, schema, change(decode(key, schema, object.bytes)))
    const value = decode(key, schema, bytes)
    if (Buffer.compare(bytes, object.bytes) === 0) return { value, etag: object.etag }
    try {
      return { value, etag: await store.replace(key, bytes, object.etag) }
    } catch (error) {
      if (!(error instanceof ChangedError)) throw error
      lost = error
    }
  }
  throw new ContentionError(key, maximumAttempts, lost)
}
