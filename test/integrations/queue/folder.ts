import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A file that is not there yet, in a folder that is taken away when the test is over. */
export async function freshFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-queue-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'queue.sqlite')
}
