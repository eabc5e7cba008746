import type { LabelMap } from './labelMap.ts'

/** What a person left in one annotation, on whatever platform. */
export type Painting =
  | {
      readonly kind: 'painted'
      readonly labelMap: LabelMap
      /** Regions a person drew, changed, or left as predicted: the last are no human work. */
      readonly regions: { readonly drawn: number; readonly changed: number; readonly untouched: number }
    }
  /** Nothing is painted. */
  | { readonly kind: 'empty' }
  /** The person passed the task over, whatever regions came along. */
  | { readonly kind: 'skipped' }
  /** Something is painted that cannot be used; says why, and what to do. */
  | { readonly kind: 'unusable'; readonly reason: string }
