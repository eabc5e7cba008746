import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { formatLabels } from '../../../integrations/datasets/writeMasks.ts'
import { drawInThreads, type ThreadOptions } from './drawInThreads.ts'
import { drawingStyles, type StyleName, styleNames } from './styles.ts'

/** What a folder of drawings holds, as `drawings.json` beside them says. */
const Record = z.object({ style: z.enum(styleNames), size: z.int() })

export interface DrawingOrder {
  readonly style: StyleName
  readonly size: number
  /** Seeds first, first + 1, … */
  readonly first: number
  readonly count: number
  readonly folder: string
}

/** A folder holds other drawings than those that are to be added. */
export class OtherDrawingsError extends Error {
  override readonly name = 'OtherDrawingsError'
}

/** Few enough that both cores end together, many enough that handing out costs nothing. */
const TASK_SEEDS = 20

/**
 * Writes drawings in the layout of an exported dataset: `images/<seed>.png`, `labels/<seed>.png` (8-bit indexed) and
 * `labels.json`. Drawings that are there already stay, so that the same order goes on after an interruption; the same
 * order gives the same bytes.
 *
 * @returns how many were there, and how many were drawn
 * @throws {OtherDrawingsError} when the folder holds drawings of another style or size
 */
export async function writeDrawings(
  order: DrawingOrder,
  options: ThreadOptions = {},
): Promise<{ readonly kept: number; readonly drawn: number }> {
  const { style, size, first, count, folder } = order
  const [images, labels] = [join(folder, 'images'), join(folder, 'labels')]
  await mkdir(images, { recursive: true })
  await mkdir(labels, { recursive: true })
  await keepRecord(join(folder, 'drawings.json'), { style, size })
  await writeFile(join(folder, 'labels.json'), formatLabels(drawingStyles[style].labels))
  const [withImage, withLabels] = [new Set(await readdir(images)), new Set(await readdir(labels))]
  const missing = Array.from({ length: count }, (_, index) => first + index).filter((seed) => {
    const name = `${seed}.png`
    return !(withImage.has(name) && withLabels.has(name))
  })
  const tasks = Array.from({ length: Math.ceil(missing.length / TASK_SEEDS) }, (_, index) => {
    const seeds = missing.slice(index * TASK_SEEDS, (index + 1) * TASK_SEEDS)
    return { kind: 'files' as const, style, size, seeds, folder }
  })
  await drawInThreads(tasks, options)
  return { kept: count - missing.length, drawn: missing.length }
}

async function keepRecord(path: string, record: z.infer<typeof Record>): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return writeFile(path, `${JSON.stringify(record)}\n`)
  const found = Record.parse(JSON.parse(text))
  if (isDeepStrictEqual(found, record)) return
  throw new OtherDrawingsError(
    `${path} says that the folder holds drawings of style ${found.style} and size ${found.size}, ` +
      `not of ${record.style} and ${record.size}. Choose another folder.`,
  )
}
