export { type ContactSheet, createContactSheet } from './contactSheet.ts'
export { CaptionError } from './glyphs.ts'
export { layoutSheet, type SheetLayout, type SheetPlan, SheetSizeError, type SheetText, tileSize } from './layout.ts'
export { textWidth } from './lettering.ts'
