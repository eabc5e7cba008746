import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { LabelList } from '../schemas/labels.ts'
import { PartonomyDomain, partonomyPreset } from '../schemas/partonomy.ts'
import { UsageError } from './errors.ts'

/** Names of the label lists that come with the package. */
export const labelPresets = PartonomyDomain.options

/**
 * A label list by name: one that comes with the package, or a JSON file.
 * @throws UsageError where it is neither, or the file holds something else
 */
export async function readLabelList(nameOrFile: string): Promise<LabelList> {
  if (PartonomyDomain.safeParse(nameOrFile).success) {
    const { parts, truncation } = partonomyPreset(nameOrFile)
    return { parts, truncation }
  }
  const presets = labelPresets.join(', ')
  const text = await readFile(nameOrFile, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`--labels ${nameOrFile} is neither a preset (${presets}) nor a file that can be read`, {
      cause,
    })
  })
  const list = LabelList.safeParse(parse(text))
  if (!list.success) throw new UsageError(`${nameOrFile} is no label list:\n${z.prettifyError(list.error)}`)
  return list.data
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
