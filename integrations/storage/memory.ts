import { AlreadyExistsError, ChangedError } from './errors.ts'
import { contentEtag } from './etag.ts'
import type { Store } from './index.ts'
import { checkFolder, checkKey, checkPrefix } from './key.ts'

/** A store that lives as long as its process: for tests and for trying things out. */
export const openMemoryStore = (): Store => {
  const objects = new Map<string, Uint8Array>()
  const find = (key: string): Uint8Array | undefined => objects.get(checkKey(key))

  return {
    async get(key) {
      const bytes = find(key)
      return bytes && { bytes: bytes.slice(), etag: contentEtag(bytes) }
    },

    async head(key) {
      const bytes = find(key)
      return bytes && { etag: contentEtag(bytes), size: bytes.length }
    },

    async create(key, bytes) {
      if (find(key)) throw new AlreadyExistsError(key)
      objects.set(key, Uint8Array.from(bytes))
      return contentEtag(bytes)
    },

    async replace(key, bytes, etag) {
      const there = find(key)
      const actual = there && contentEtag(there)
      if (actual !== etag) throw new ChangedError(key, etag, actual)
      objects.set(key, Uint8Array.from(bytes))
      return contentEtag(bytes)
    },

    async *list(prefix) {
      checkPrefix(prefix)
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix))
      yield* keys.sort()
    },

    async *folders(folder) {
      checkFolder(folder)
      const below = [...objects.keys()].filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length))
      const steps = below.filter((rest) => rest.includes('/')).map((rest) => rest.slice(0, rest.indexOf('/') + 1))
      for (const step of [...new Set(steps)].sort()) yield folder + step
    },

    async remove(key) {
      checkKey(key)
      objects.delete(key)
    },
  }
}
