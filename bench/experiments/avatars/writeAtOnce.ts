import { rename, writeFile } from 'node:fs/promises'
import { threadId } from 'node:worker_threads'

/** Writes a file so that its name never holds a part of it, whenever the process is killed and whoever else writes it. */
export async function writeAtOnce(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}-${threadId}.partial`
  await writeFile(partial, content)
  await rename(partial, path)
}
