import type promises from 'node:fs/promises'
import { StorageError } from './errors.ts'

/** What the file driver uses of `node:fs/promises`; passed in, so that full and broken disks can be tried. */
export type FileSystem = Pick<
  typeof promises,
  'link' | 'lstat' | 'mkdir' | 'open' | 'readdir' | 'readFile' | 'realpath' | 'rename' | 'truncate' | 'unlink'
>

/** The code of a system error (`ENOENT`), or '' where it is another kind of error. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Takes a file away; that it is gone already is well. */
export const discard = async (files: FileSystem, path: string): Promise<void> => {
  try {
    await files.unlink(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

const full = 'the disk is full: free some space and do the same again'
const forbidden =
  'the system does not allow it: give this user the right to read and write the folder, or choose another folder'
const noLinks = 'this file system has no hard links: choose a folder on another one'

const remedies: Readonly<Record<string, string>> = Object.freeze({
  ENOSPC: full,
  EDQUOT: "this user's share of the disk is used up: free some space and do the same again",
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: 'the file system is read-only: choose another folder',
  ENOTDIR: 'a file stands where a folder is needed: move it away, or choose another folder',
  EEXIST: 'a file stands where a folder is needed: move it away, or choose another folder',
  EISDIR: 'a folder stands where a file is needed: move it away, or choose another folder',
  ENOENT: 'a folder on the way is missing and cannot be made: check the path',
  EXDEV: 'another disk is mounted inside the store: keep a store on one disk',
  ENOTSUP: noLinks,
  EOPNOTSUPP: noLinks,
  ENOSYS: noLinks,
  EMLINK: noLinks,
  ELOOP: 'a symbolic link stands in the way, and the store follows none: put the real file or folder in its place',
  EMFILE: 'too many files are open: close some programs, or raise the limit (ulimit -n)',
  ENFILE: 'too many files are open: close some programs',
  EIO: 'the disk reports a fault: check it before you go on',
})

/**
 * A system error as a StorageError that says what was tried, why it failed and what to do. Errors of the store pass.
 * @param attempt completes "could not": `write samples/a.json`
 */
export const storageFailure = (error: unknown, attempt: string, folder: string, key?: string): StorageError => {
  if (error instanceof StorageError) return error
  const remedy = remedies[errorCode(error)] ?? (error instanceof Error ? error.message : String(error))
  const message = `could not ${attempt} in ${folder}: ${remedy}`
  return new StorageError(message, key === undefined ? { cause: error } : { key, cause: error })
}
