import { checkLabelMap, type LabelMap, LabelMapError, partsPresent } from '../../schemas/labelMap.ts'
import type { LabelList, Part } from '../../schemas/labels.ts'
import type { ManifestLine } from '../../schemas/manifest.ts'
import { DatasetError } from './errors.ts'

/** One generated image with its labels, as the writers take it. */
export type DatasetSample = {
  readonly line: ManifestLine
  /** The image as PNG, written as it is. */
  readonly image: Uint8Array
  readonly labelMap: LabelMap
}

/** A sample whose id and label map were checked, with the parts that it shows, background included, ascending. */
export type CheckedSample = DatasetSample & { readonly parts: readonly Part[] }

export type Samples = AsyncIterable<DatasetSample> | Iterable<DatasetSample>

/** Letters, digits, dots, dashes and underscores, not beginning with a dot: a file name on every system. */
const safeId = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/

/**
 * Hands the samples on in their order, each checked.
 *
 * @throws DatasetError when an id is no file name or comes twice, or a label map does not fit the label list.
 */
export async function* checkSamples(
  samples: Samples,
  labels: LabelList,
  signal: AbortSignal | undefined,
): AsyncGenerator<CheckedSample> {
  // Compared without case: on many disks A.png and a.png are one file.
  const ids = new Set<string>()
  for await (const sample of samples) {
    signal?.throwIfAborted()
    const { id } = sample.line
    if (!safeId.test(id)) {
      throw new DatasetError(`${JSON.stringify(id)} cannot name a file. An id has letters, digits, dots, dashes and _.`)
    }
    if (ids.has(id.toLowerCase())) throw new DatasetError(`The sample ${id} comes twice. Ids must differ.`)
    ids.add(id.toLowerCase())
    try {
      checkLabelMap(sample.labelMap, { parts: labels.parts.length })
    } catch (cause) {
      if (cause instanceof LabelMapError) throw new DatasetError(`Sample ${id}: ${cause.message}`, { cause })
      throw cause
    }
    const present = new Set(partsPresent(sample.labelMap))
    yield { ...sample, parts: labels.parts.filter((part) => present.has(part.id)) }
  }
}
