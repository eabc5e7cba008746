import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { Region } from '../../../schemas/labelStudio/result.ts'
import type { PaintingForm } from '../../platform/index.ts'
import type { LabelConfig } from './controls.ts'
import { encodeResult } from './encodeResult.ts'

/**
 * The answer to a hint: regions of what it means, as `encodeResult` makes them, with two differences. What lies around is
 * left open, so the background has no region even where it is one of the labels. And ids are new: the editor puts an
 * accepted region in the place of the one with the same id, which a person may have painted on.
 *
 * @param hinted its label map has the size of the image that the hint was drawn on, and 0 around what is meant
 * @param newest what the editor calls the hint; the regions are named after it
 * @throws LabelMapError, LabelConfigError as `encodeResult` does
 */
export function encodeHinted(
  hinted: { readonly labelMap: LabelMap; readonly score: number },
  config: LabelConfig,
  form: PaintingForm,
  newest: string | undefined,
): Region[] {
  // No label is called so.
  const parts = form.parts.map((name, part) => (part === 0 ? '' : name))
  const regions = encodeResult(hinted, config, { ...form, parts })
  return regions.map((region) => ({ ...region, id: `hint-${newest ?? 'unnamed'}-${region.id}` }))
}
