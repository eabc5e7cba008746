/** The formats of Label Studio: label configurations, and the regions that hold masks. Pure, without network. */
export { decodeBitmask, encodeBitmask } from './bitmask.ts'
export { decodeBrush, encodeBrush } from './brushRle.ts'
export type { Control, ControlKind, ControlLabel, LabelConfig } from './controls.ts'
export { createLabelConfig } from './createLabelConfig.ts'
export { type DecodeOptions, decodeResult } from './decodeResult.ts'
export { encodeHinted } from './encodeHinted.ts'
export { encodeResult, isEmptyPrediction } from './encodeResult.ts'
export { LabelConfigError, MaskError } from './errors.ts'
export { explainLabelConfig } from './explainLabelConfig.ts'
export { type DrawnHints, parseHints } from './hints.ts'
export { parseLabelConfig } from './labelConfig.ts'
export {
  choosePaintingControl,
  type PaintingKind,
  paintableLabels,
  paintingKindFor,
  paintingPreference,
} from './paintingControl.ts'
export { decodePolygon, encodePolygons, type PolygonPoint } from './polygon.ts'
export { kindField, sampleField } from './taskFields.ts'
