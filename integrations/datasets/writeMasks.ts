import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabelList } from '../../schemas/labels.ts'
import type { ManifestLine } from '../../schemas/manifest.ts'
import { encodeLabelMap } from '../images/index.ts'
import { type WriteOptions, withNewFile, writeFolder } from './datasetFolder.ts'
import { checkSamples, type Samples } from './datasetSample.ts'

/**
 * Writes images and masks: `manifest.jsonl` (one line per image, in the order given), `images/<id>.png`,
 * `labels/<id>.png` (8-bit indexed, values are part ids) and `labels.json`. Paths and parts of the manifest's lines are
 * made anew; everything else is passed through, so that each image can be made again from its line.
 *
 * @returns the number of images.
 * @throws DatasetError as `writeFolder` and `checkSamples` do.
 */
export async function writeMasks(
  samples: Samples,
  labels: LabelList,
  folder: string,
  options: WriteOptions = {},
): Promise<number> {
  return writeFolder(folder, options, async (partial) => {
    await mkdir(join(partial, 'images'))
    await mkdir(join(partial, 'labels'))
    return withNewFile(join(partial, 'manifest.jsonl'), async (manifest) => {
      let written = 0
      for await (const { line, image, labelMap, parts } of checkSamples(samples, labels, options.signal)) {
        const paths = { image: `images/${line.id}.png`, labels: `labels/${line.id}.png` }
        const row: ManifestLine = { ...line, ...paths, parts: parts.map(({ id }) => id) }
        await writeFile(join(partial, row.image), image)
        await writeFile(join(partial, row.labels), encodeLabelMap(labelMap, labels.parts))
        await manifest.write(`${JSON.stringify(row)}\n`)
        written += 1
      }
      await writeFile(join(partial, 'labels.json'), formatLabels(labels))
      return written
    })
  })
}

/** `labels.json`: the parts and the truncation, and nothing else. */
export function formatLabels({ parts, truncation }: LabelList): string {
  const listed = parts.map(({ id, name, color }) => ({ id, name, color }))
  return `${JSON.stringify({ parts: listed, truncation }, null, 2)}\n`
}
