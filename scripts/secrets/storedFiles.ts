import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Evidence } from './evidence.ts'

/** Keeps every file below a folder: objects of the store, the queue and its log. */
export async function keepFiles(name: string, folder: string, evidence: Evidence): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    // A running server may remove one in the meantime.
    const content = await readFile(path).catch(() => undefined)
    if (content !== undefined) evidence.keep('stored object', { name: `${name}: ${relative(folder, path)}`, content })
  }
}
