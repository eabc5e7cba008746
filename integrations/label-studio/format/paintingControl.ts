import type { Control, ControlKind, ControlLabel, LabelConfig } from './controls.ts'

/** A kind of mask that a control writes. */
export type PaintingKind = 'brush' | 'bitmask' | 'polygon'

/** Which kind predictions are written in where controls of several kinds have equally many labels: the first of these. */
export const paintingPreference = ['brush', 'bitmask', 'polygon'] as const satisfies readonly PaintingKind[]

/** Most parts that brushes are chosen for where bitmasks open faster: a page that holds more takes about a gigabyte. */
const mostBrushParts = 20

/** Largest image, in pixels, on which bitmasks open faster than brushes. */
const mostBitmaskPixels = 512 * 512

/**
 * The kind that predictions should be painted in, by what the editor was measured to need (docs/label-studio.md). The cost
 * of brushes grows with the number of regions alone, that of bitmasks also with the image's size.
 * @param parts how many can be painted
 * @param pixels of the image. @default small
 */
export function paintingKindFor(parts: number, pixels: number = 0): PaintingKind {
  return parts > mostBrushParts && pixels <= mostBitmaskPixels ? 'bitmask' : 'brush'
}

export type PaintingControl = Control & { readonly kind: PaintingKind }

/** Whether what is drawn is a mask, and not a hint. */
export function isPaintingKind(kind: ControlKind): kind is PaintingKind {
  return paintingPreference.some((painting) => painting === kind)
}

export function isPainting(control: Control): control is PaintingControl {
  return isPaintingKind(control.kind)
}

/** The controls that paint on the image, in the order of the configuration. */
export function paintingControls({ image, controls }: LabelConfig): readonly PaintingControl[] {
  return image === undefined ? [] : controls.filter(isPainting).filter(({ toName }) => toName.includes(image.name))
}

/**
 * The control in which predictions are written: the one on the image with most labels; of several, the kind that stands
 * first in {@link paintingPreference}, then the first in the configuration.
 *
 * @returns undefined where there is no label to paint with
 */
export function choosePaintingControl(config: LabelConfig): PaintingControl | undefined {
  const rank = ({ kind }: PaintingControl) => paintingPreference.indexOf(kind)
  return paintingControls(config)
    .filter(({ labels }) => labels.length > 0)
    .toSorted((first, second) => second.labels.length - first.labels.length || rank(first) - rank(second))[0]
}

/** All labels that can be painted on the image, in the order of the configuration, each name once. */
export function paintableLabels(config: LabelConfig): readonly ControlLabel[] {
  const labels = new Map<string, ControlLabel>()
  for (const label of paintingControls(config).flatMap((control) => control.labels)) {
    if (!labels.has(label.name)) labels.set(label.name, label)
  }
  return [...labels.values()]
}
