import type { Notice } from '../../../schemas/notice.ts'

/** The control tags that are understood. Key points and rectangles are hints for interactive tools; they paint nothing. */
export type ControlKind = 'brush' | 'polygon' | 'bitmask' | 'keypoint' | 'rectangle'

export interface ControlLabel {
  /** What results hold: the label's alias where it has one, else its value. Also the part's name. */
  readonly name: string
  /** `#rrggbb` in lower case; undefined where none is given, or in a form that is not understood. */
  readonly color: string | undefined
  /** What the label shows, where an alias is its name. The editor takes results that hold it, too. */
  readonly value?: string
}

export interface Control {
  readonly name: string
  /** Names of the tags that it labels. */
  readonly toName: readonly string[]
  readonly kind: ControlKind
  /** In the order of the configuration, each name once. */
  readonly labels: readonly ControlLabel[]
}

export interface LabelConfig {
  /** The image that is painted: its tag's name, and the field of the task's data that holds its address. */
  readonly image: { readonly name: string; readonly field: string } | undefined
  readonly controls: readonly Control[]
  /** What is left out of the above and why; `explainLabelConfig` adds what is missing. */
  readonly notices: readonly Notice[]
}

/** The control tags by what a result's `type` calls them. */
export const controlKinds: Readonly<Record<string, ControlKind>> = {
  brushlabels: 'brush',
  polygonlabels: 'polygon',
  bitmasklabels: 'bitmask',
  keypointlabels: 'keypoint',
  rectanglelabels: 'rectangle',
}
