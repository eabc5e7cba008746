export { heatPalette } from './heatPalette.ts'
export { renderReport } from './page.ts'
export { type DivergenceMap, heatMapPicture, labelMapPicture, pngDataUri, ReportPictureError } from './pictures.ts'
