import { AlreadyExistsError, ChangedError, type Store } from '../../../integrations/storage/index.ts'

/** Another job writes the same bytes, or newer ones; nobody loses this often. */
const attempts = 20

/**
 * Writes an object that a job makes anew each time: a record, a checkpoint. Where two processes do the same job at once,
 * both write, and the later one's bytes stay; those of repeatable jobs are the same.
 * @throws StorageError where the store fails
 */
export async function write(store: Store, key: string, bytes: Uint8Array): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      // What is there may be as large as what comes, and is not looked into.
      const there = await store.head(key)
      await (there === undefined ? store.create(key, bytes) : store.replace(key, bytes, there.etag))
      return
    } catch (error) {
      const late = error instanceof ChangedError || error instanceof AlreadyExistsError
      if (!late || attempt === attempts) throw error
    }
  }
}
