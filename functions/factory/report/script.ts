import { costScript } from './scripts/cost.ts'
import { dialogScript } from './scripts/dialog.ts'
import { galleryScript } from './scripts/gallery.ts'

/** The page's script: each piece keeps to itself, so that one that fails leaves the others working. */
export const script = [galleryScript, dialogScript, costScript].map((piece) => `(() => {${piece}})()`).join(';\n')
