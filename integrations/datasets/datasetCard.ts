import type { LabelList } from '../../schemas/labels.ts'

/** The size classes of the Hub: each holds fewer images than its limit. */
const sizeCategories = [
  [1_000, 'n<1K'],
  [10_000, '1K<n<10K'],
  [100_000, '10K<n<100K'],
  [1_000_000, '100K<n<1M'],
] as const

/**
 * The dataset card: metadata for the Hub's search, what the data are, and the list of classes.
 *
 * @param imagesShowing number of images that show each part, by part id.
 * @see https://huggingface.co/docs/hub/datasets-cards
 */
export function formatCard(labels: LabelList, images: number, imagesShowing: ReadonlyMap<number, number>): string {
  const size = sizeCategories.find(([limit]) => images < limit)?.[1] ?? 'n>1M'
  const rows = labels.parts.map(
    ({ id, name, color }) =>
      `| ${id} | ${name.replaceAll('|', '\\|')} | \`${color}\` | ${imagesShowing.get(id) ?? 0} |`,
  )
  return `---
task_categories:
- image-segmentation
task_ids:
- semantic-segmentation
tags:
- synthetic
size_categories:
- ${size}
---

# Generated images with part labels

${images} images made by a generator, each with a label for every pixel, given by a classifier over the generator's
features that learned from a few painted images (DatasetGAN). Neither images nor labels were checked by a person.

| column | what it is |
|---|---|
| \`image\` | the image |
| \`label\` | the label map: an indexed image whose values are the ids below |
| \`id\`, \`seed\`, \`truncation\` | the sample: with the same generator they make the image again |
| \`score\` | uncertainty of the labels, in nats; higher is worse |
| \`parts\` | names of the parts that the label map shows |

## Classes

| id | part | colour | images |
|---|---|---|---|
${rows.join('\n')}

Part names are paths: \`head/eye\` is a part of \`head\`.

## Licence

The generator's licence covers the images; see to it before you publish them.
`
}
