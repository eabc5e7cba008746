import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabelList } from '../../schemas/labels.ts'
import { encodeLabelMap } from '../images/index.ts'
import { formatCard } from './datasetCard.ts'
import { type WriteOptions, withNewFile, writeFolder } from './datasetFolder.ts'
import { checkSamples, type Samples } from './datasetSample.ts'
import { formatLabels } from './writeMasks.ts'

/**
 * Writes a Hugging Face `imagefolder`: `metadata.jsonl`, `images/<id>.png`, `labels/<id>.png` (8-bit indexed),
 * `labels.json` and a dataset card, `README.md`. In the metadata `file_name` is the image and `label_file_name` the
 * label map: the `datasets` library loads every `<column>_file_name` as an image column, here `label`. `parts` are
 * names.
 *
 * @returns the number of images.
 * @throws DatasetError as `writeFolder` and `checkSamples` do.
 * @see https://huggingface.co/docs/datasets/image_dataset
 */
export async function writeHuggingFace(
  samples: Samples,
  labels: LabelList,
  folder: string,
  options: WriteOptions = {},
): Promise<number> {
  return writeFolder(folder, options, async (partial) => {
    await mkdir(join(partial, 'images'))
    await mkdir(join(partial, 'labels'))
    return withNewFile(join(partial, 'metadata.jsonl'), async (metadata) => {
      const imagesShowing = new Map(labels.parts.map(({ id }) => [id, 0]))
      let written = 0
      for await (const { line, image, labelMap, parts } of checkSamples(samples, labels, options.signal)) {
        const { id, seed, truncation, score } = line
        const row = {
          file_name: `images/${id}.png`,
          label_file_name: `labels/${id}.png`,
          id,
          seed,
          truncation,
          score,
          parts: parts.map(({ name }) => name),
        }
        await writeFile(join(partial, row.file_name), image)
        await writeFile(join(partial, row.label_file_name), encodeLabelMap(labelMap, labels.parts))
        await metadata.write(`${JSON.stringify(row)}\n`)
        for (const part of parts) imagesShowing.set(part.id, (imagesShowing.get(part.id) ?? 0) + 1)
        written += 1
      }
      await writeFile(join(partial, 'labels.json'), formatLabels(labels))
      await writeFile(join(partial, 'README.md'), formatCard(labels, written, imagesShowing))
      return written
    })
  })
}
