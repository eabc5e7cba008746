/** Where the results of `sixteen predict` go. Every file is written whole. */
import { join } from 'node:path'
import { PredictionLine } from '../schemas/prediction.ts'
import { UsageError } from './errors.ts'
import { kindOf } from './kindOf.ts'
import { makeFolders } from './projectFolder.ts'
import { writeUnlessOther } from './writeUnlessOther.ts'
import { writeWhole } from './writeWhole.ts'

/** Names that results have. */
export const predictionFile = /\.(labels|overlay|confidence)\.png$/

const listName = 'predictions.jsonl'

export interface PredictionFiles {
  /**
   * Writes one result. Where it is there already, with the same bytes, that is well: so a command that was interrupted
   * goes on.
   * @throws UsageError where the file holds something else and is not to be overwritten
   */
  write(name: string, kind: 'labels' | 'overlay' | 'confidence', png: Uint8Array): Promise<string>
  add(line: PredictionLine): void
  /** Writes the list of what was added. */
  end(): Promise<string>
}

/** Makes the folder. @throws UsageError where a file stands there */
export async function openPredictionFiles(folder: string, overwrite: boolean): Promise<PredictionFiles> {
  if ((await kindOf(folder)) === 'file') throw new UsageError(`${folder} is a file: choose another folder with --out`)
  await makeFolders(folder)
  const lines: string[] = []
  return {
    write: async (name, kind, png) => {
      const file = `${name}.${kind}.png`
      await writeUnlessOther(join(folder, file), png, { overwrite, other: 'something else' })
      return file
    },
    add: (line) => {
      lines.push(`${JSON.stringify(PredictionLine.parse(line))}\n`)
    },
    end: async () => {
      const path = join(folder, listName)
      await writeWhole(path, lines.join(''))
      return path
    },
  }
}
