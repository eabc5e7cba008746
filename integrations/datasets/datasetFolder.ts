import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DatasetError } from './errors.ts'

export type WriteOptions = {
  /** Replace a folder that is not empty. It stays as it is until the new one is complete. */
  readonly overwrite?: boolean
  /** Stops the writing between two images; nothing is left behind. */
  readonly signal?: AbortSignal
}

/**
 * Fills a folder all at once: everything is written into a hidden folder beside it, which takes its name at the end. A
 * reader never sees a half-written dataset, and a failure or an abort leaves things as they were. Only a killed process
 * can leave the hidden `.<name>.partial-…` behind.
 *
 * @param fill writes into the folder that it is given; what it returns is passed on.
 * @throws DatasetError when the folder is not empty and not to be overwritten, or cannot be written (a full disk,
 *   missing rights). Errors of other kinds from `fill`, and the reason of an abort, are passed on.
 */
export async function writeFolder<Result>(
  folder: string,
  { overwrite = false, signal }: WriteOptions,
  fill: (folder: string) => Promise<Result>,
): Promise<Result> {
  const target = resolve(folder)
  const hidden = (state: string) => join(dirname(target), `.${basename(target)}.${state}-${randomUUID()}`)
  const partial = hidden('partial')
  try {
    await checkReplaceable(target, overwrite)
    await mkdir(partial, { recursive: true })
    const result = await fill(partial)
    signal?.throwIfAborted()
    // Looked at again: another process may have filled the folder meanwhile.
    const filled = await checkReplaceable(target, overwrite)
    if (filled) await replace(target, partial, hidden('replaced'))
    else await rename(partial, target)
    return result
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw explain(error, target)
  }
}

/** Opens a file that must not exist yet, and closes it whatever happens. */
export async function withNewFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await open(path, 'wx')
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

/** @returns whether the folder holds something. */
async function checkReplaceable(target: string, overwrite: boolean): Promise<boolean> {
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') throw new DatasetError(`${target} is a file. Give the name of a folder.`)
    throw error
  })
  if (entries.length > 0 && !overwrite) {
    throw new DatasetError(`${target} is not empty. Choose another folder, or allow it to be overwritten.`)
  }
  return entries.length > 0
}

async function replace(target: string, partial: string, replaced: string): Promise<void> {
  await rename(target, replaced)
  try {
    await rename(partial, target)
  } catch (error) {
    await rename(replaced, target)
    throw error
  }
  await rm(replaced, { recursive: true, force: true })
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room and try again',
  EDQUOT: 'the disk quota is used up; make room and try again',
  EACCES: 'there is no permission to write there; choose another folder',
  EPERM: 'there is no permission to write there; choose another folder',
  EROFS: 'the disk is read-only; choose another folder',
}

function explain(error: unknown, target: string): unknown {
  if (error instanceof DatasetError || !(error instanceof Error) || !('code' in error)) return error
  const reason = typeof error.code === 'string' ? advice[error.code] : undefined
  if (reason === undefined) return error
  return new DatasetError(`${target} cannot be written: ${reason}. Nothing was kept.`, { cause: error })
}
