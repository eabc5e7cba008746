import { readSeedLabels } from '../integrations/datasets/readMasks.ts'
import type { LabelList } from '../schemas/labels.ts'
import { UsageError } from './errors.ts'

/** The project's id of each id in label maps that were made elsewhere. */
export type PartMapping = readonly number[]

/**
 * Ids of a folder's label maps as the project has them: by the names in its `labels.json`; without that file they are the
 * same.
 * @throws UsageError where a part has a name that the project does not know; SeedsError where the file is no label list
 */
export async function readPartMapping(folder: string, { parts }: Pick<LabelList, 'parts'>): Promise<PartMapping> {
  const own = await readSeedLabels(folder)
  if (own === undefined) return parts.map(({ id }) => id)
  const ids = new Map(parts.map(({ id, name }) => [name, id]))
  const unknown = own.parts.filter(({ name }) => !ids.has(name)).map(({ name }) => name)
  if (unknown.length > 0)
    throw new UsageError(
      `${folder}/labels.json names parts that the project does not have: ${unknown.join(', ')}; ` +
        `it has ${[...ids.keys()].join(', ')}`,
    )
  return own.parts.map(({ name }) => ids.get(name) ?? 0)
}
