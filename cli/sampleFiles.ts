/** Where the images and the sheet of `sixteen samples` go. Every file is written whole. */
import { dirname, extname, join } from 'node:path'
import { UsageError } from './errors.ts'
import { kindOf } from './kindOf.ts'
import { makeFolders } from './projectFolder.ts'
import { writeUnlessOther } from './writeUnlessOther.ts'
import { writeWhole } from './writeWhole.ts'

export interface SampleFilesOptions {
  /** Folder for single images. */
  readonly folder?: string | undefined
  /** The sheet. */
  readonly grid?: string | undefined
  readonly overwrite: boolean
}

export interface SampleFiles {
  /** Makes the folders. */
  prepare(): Promise<void>
  /**
   * Writes one image. Where it is there already, with the same bytes, that is well: so a command that was interrupted
   * goes on.
   * @throws UsageError where the file holds something else and is not to be overwritten
   */
  writeImage(name: string, png: Uint8Array): Promise<void>
  writeSheet(png: Uint8Array): Promise<void>
}

/**
 * Looks at what is there before anything is made; writes nothing.
 * @throws UsageError where nothing is asked for, or something else stands there
 */
export async function openSampleFiles({ folder, grid, overwrite }: SampleFilesOptions): Promise<SampleFiles> {
  if (folder === undefined && grid === undefined)
    throw new UsageError('say what to write: a sheet with --grid FILE.png, single images with --out FOLDER, or both')
  if (folder !== undefined && (await kindOf(folder)) === 'file')
    throw new UsageError(`${folder} is a file: choose another folder with --out`)
  if (grid !== undefined) await checkSheet(grid, overwrite)
  return {
    prepare: async () => {
      if (folder !== undefined) await makeFolders(folder)
      if (grid !== undefined) await makeFolders(dirname(grid))
    },
    writeImage: async (name, png) => {
      if (folder === undefined) return
      await writeUnlessOther(join(folder, `${name}.png`), png, { overwrite, other: 'another image' })
    },
    writeSheet: async (png) => {
      if (grid !== undefined) await writeWhole(grid, png)
    },
  }
}

async function checkSheet(grid: string, overwrite: boolean): Promise<void> {
  if (extname(grid).toLowerCase() !== '.png')
    throw new UsageError(`--grid ${grid}: a sheet is a PNG, so give a name that ends in .png`)
  const kind = await kindOf(grid)
  if (kind === 'folder') throw new UsageError(`${grid} is a folder: choose another name with --grid`)
  if (kind === 'file' && !overwrite)
    throw new UsageError(`${grid} is there already: choose another name, or replace it with --overwrite`)
}
