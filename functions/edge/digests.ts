import type { z } from 'zod'
import { getJson, type Store } from '../../integrations/storage/index.ts'

export interface DigestOptions<T, D> {
  readonly schema: z.ZodType<T>
  /** The little that a page needs of a large record. */
  readonly digest: (value: T) => D
  /** Records remembered; the least recently used is forgotten. */
  readonly capacity: number
}

interface Remembered<D> {
  readonly etag: string
  readonly witness: string | undefined
  readonly digest: Promise<D | undefined>
}

/**
 * Reads large records, each state of one only once, however many ask.
 * @returns a function of the record's key. Its `witness`, where given, is the etag of something that changes whenever the
 *   record does: while that stays the same, the store is not asked at all. Undefined where there is no record. Throws
 *   InvalidRecordError where what is there does not fit the schema
 */
export function createDigests<T, D>(
  store: Store,
  { schema, digest, capacity }: DigestOptions<T, D>,
): (key: string, witness?: string) => Promise<D | undefined> {
  const all = new Map<string, Remembered<D>>()
  const remember = (key: string, entry: Remembered<D>): void => {
    all.delete(key)
    all.set(key, entry)
    const [oldest] = all.keys()
    if (all.size > capacity && oldest !== undefined) all.delete(oldest)
  }
  const read = async (key: string): Promise<D | undefined> => {
    const record = await getJson(store, key, schema)
    return record && digest(record.value)
  }

  return async (key, witness) => {
    const known = all.get(key)
    if (known !== undefined && witness !== undefined && known.witness === witness) {
      remember(key, known)
      return known.digest
    }
    const head = await store.head(key)
    if (head === undefined) return undefined
    // Someone else may have begun to read it while the store was asked.
    const same = [all.get(key), known].find((entry) => entry?.etag === head.etag)
    const entry = { etag: head.etag, witness, digest: same?.digest ?? read(key) }
    remember(key, entry)
    const forget = (): void => {
      if (all.get(key) === entry) all.delete(key)
    }
    entry.digest.then((value) => value === undefined && forget(), forget)
    return entry.digest
  }
}
