import { open } from 'node:fs/promises'
import { UsageError } from './errors.ts'

/** Bytes of one call of the system, which takes no more than 2 GiB. */
const chunk = 2 ** 30

/**
 * A file's bytes, however large: Node's own readFile ends at 2 GiB.
 * @param limit in bytes
 * @throws UsageError where it cannot be read, is no file, or larger
 */
export async function readWhole(path: string, limit: number): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be read`, { cause })
  })
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new UsageError(`${path} is no file`)
    if (stats.size > limit)
      throw new UsageError(`${path} has ${stats.size} bytes, more than the limit of ${limit}: raise it with --limit`)
    const bytes = new Uint8Array(stats.size)
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, Math.min(chunk, bytes.length - done), done)
      if (bytesRead === 0) throw new UsageError(`${path} became shorter while it was read: is it being written?`)
      done += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}
