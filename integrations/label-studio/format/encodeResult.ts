import { checkLabelMap, countPixels, type LabelMap } from '../../../schemas/labelMap.ts'
import type { Region } from '../../../schemas/labelStudio/result.ts'
import type { PaintingForm } from '../../platform/index.ts'
import { encodeBitmask } from './bitmask.ts'
import { encodeBrush } from './brushRle.ts'
import type { LabelConfig } from './controls.ts'
import { LabelConfigError } from './errors.ts'
import { choosePaintingControl, type PaintingKind } from './paintingControl.ts'
import { encodePolygons } from './polygon.ts'

const types = { brush: 'brushlabels', bitmask: 'bitmasklabels', polygon: 'polygonlabels' } as const satisfies Readonly<
  Record<PaintingKind, string>
>

/**
 * A label map as the `result` of a prediction, which the server's validation accepts: one region for each part (with
 * polygons, for each of its connected pieces), small ones first, since earlier regions are drawn on top. It is written
 * with the control that `choosePaintingControl` names. Parts that this control has no label for are left out, and so is
 * the background, unless it is one of the labels. The same label map gives the same regions, ids included.
 *
 * @param prediction its score is brought into 0..1 and stands at each region
 * @throws LabelMapError where the label map does not fit the form
 * @throws LabelConfigError where the configuration has nothing to paint with
 */
export function encodeResult(
  prediction: { readonly labelMap: LabelMap; readonly score: number },
  config: LabelConfig,
  form: PaintingForm,
): Region[] {
  const { labelMap } = prediction
  const { width, height, parts } = form
  checkLabelMap(labelMap, { parts: parts.length, width, height })
  const control = choosePaintingControl(config)
  if (config.image === undefined || control === undefined) {
    throw new LabelConfigError('The label configuration has no labels to paint with on an image. Correct it first.')
  }
  const type = types[control.kind]
  const shared = {
    from_name: control.name,
    to_name: config.image.name,
    type,
    original_width: width,
    original_height: height,
    image_rotation: 0,
    score: Number.isNaN(prediction.score) ? 0 : Math.min(1, Math.max(0, prediction.score)),
  } as const
  const labelled = new Set(control.labels.map(({ name }) => name))
  const listed = new Set(parts.flatMap((name, part) => (labelled.has(name) ? [part] : [])))
  return masks(labelMap, listed, control.kind).map(({ id, part, value }) => ({
    id,
    ...shared,
    value: { ...value, [type]: [parts[part] ?? ''] },
  }))
}

/** Whether a prediction has nothing to show. The server keeps such a one, too, and then asks for no other. */
export function isEmptyPrediction(regions: readonly Region[]): boolean {
  return regions.length === 0
}

function masks(
  labelMap: LabelMap,
  listed: ReadonlySet<number>,
  kind: PaintingKind,
): { readonly id: string; readonly part: number; readonly value: Readonly<Record<string, unknown>> }[] {
  if (kind === 'polygon') {
    return encodePolygons(labelMap, listed).map(({ part, points }, index) => ({
      id: `part-${part}-${index}`,
      part,
      value: { points, closed: true },
    }))
  }
  const { width, height, data } = labelMap
  const counts = countPixels(labelMap)
  return [...listed]
    .filter((part) => (counts[part] ?? 0) > 0)
    .sort((first, second) => (counts[first] ?? 0) - (counts[second] ?? 0))
    .map((part) => {
      const mask = new Uint8Array(data.length)
      for (let pixel = 0; pixel < mask.length; pixel += 1) if (data[pixel] === part) mask[pixel] = 1
      const value =
        kind === 'brush'
          ? { format: 'rle', rle: encodeBrush(mask, width, height) }
          : { imageDataURL: encodeBitmask(mask, width, height) }
      return { id: `part-${part}`, part, value }
    })
}
