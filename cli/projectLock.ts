/** One command at a time changes a folder: two trainings would only do the same work twice, or undo it. */
import promises from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createFileLock } from '../integrations/storage/file-lock.ts'
import { storageFailure } from '../integrations/storage/file-system.ts'
import { StorageError } from '../integrations/storage/index.ts'
import { ownIdentity } from '../integrations/storage/process-identity.ts'
import { createTemporaryFiles } from '../integrations/storage/temporary-files.ts'
import { ProjectBusyError } from './errors.ts'
import type { ProjectFolder } from './projectFolder.ts'

/**
 * Runs the action while no other process has the project folder. The lock of a process that was killed is taken over.
 * @throws ProjectBusyError at once where another process has it
 */
export async function whileLocked<Result>(
  { folder }: Pick<ProjectFolder, 'folder'>,
  action: () => Promise<Result>,
): Promise<Result> {
  return whileFolderLocked(folder, join(folder, 'store', '.work'), action)
}

/**
 * Runs the action while no other process has a folder.
 * @param own folder for the lock itself; made if it is not there
 * @throws ProjectBusyError at once where another process has it
 */
export async function whileFolderLocked<Result>(
  folder: string,
  own: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const made = (name: string) => async (): Promise<string> => {
    const path = join(own, name)
    await promises.mkdir(path, { recursive: true })
    return path
  }
  const common = { files: promises, self: await ownIdentity(), now: Date.now }
  const temporary = createTemporaryFiles({ ...common, folder: made('temporary') })
  const wait = (milliseconds: number): Promise<unknown> => setTimeout(milliseconds)
  const lock = createFileLock({ ...common, folder: made('lock'), temporary, wait, patience: 0 })
  const state = { begun: false }
  try {
    return await lock.hold(() => {
      state.begun = true
      return action()
    })
  } catch (error) {
    if (state.begun) throw error
    if (error instanceof StorageError)
      throw new ProjectBusyError(`another sixteen is at work in ${folder}: wait until it is done, or end it`, {
        cause: error,
      })
    throw storageFailure(error, 'lock the project', folder)
  }
}
