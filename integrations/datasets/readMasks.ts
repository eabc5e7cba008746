import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { LabelMap } from '../../schemas/labelMap.ts'
import { LabelList } from '../../schemas/labels.ts'
import { decodeLabelMap, ImageFileError } from '../images/index.ts'
import { SeedsError } from './errors.ts'
import { parseJson } from './jsonFiles.ts'

/** The `labels.json` beside seed annotations: the label list, and which seeds were given to the annotator. */
export const SeedLabels = LabelList.extend({ seeds: z.array(z.int().min(0).max(0xffff_ffff)).optional() })
export type SeedLabels = z.infer<typeof SeedLabels>

export const labelsFileName = 'labels.json'
export const maskEnding = '.labels.png'

/**
 * The `labels.json` of a folder, or nothing where there is none.
 *
 * @throws SeedsError when it is no label list.
 */
export async function readSeedLabels(folder: string): Promise<SeedLabels | undefined> {
  const path = join(folder, labelsFileName)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new SeedsError(`${path} cannot be read: ${error.message}`, { cause: error })
  })
  return text === undefined ? undefined : parseJson(path, text, SeedLabels, 'label list')
}

/**
 * One mask file as a label map. Its ids are checked against the label list by the caller.
 *
 * @throws SeedsError when it is no indexed PNG, or damaged.
 */
export async function readMask(path: string): Promise<LabelMap> {
  const bytes = await readFile(path)
  try {
    return decodeLabelMap(bytes)
  } catch (cause) {
    if (cause instanceof ImageFileError) throw new SeedsError(`${path}: ${cause.message}`, { cause })
    throw cause
  }
}
