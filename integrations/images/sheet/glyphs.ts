/**
 * The few characters that sheets need, as strokes of even width: a machine may have no fonts, and pictures are to be the
 * same on all of them.
 */

/** One character: its centre lines as an SVG path, in units of a tenth of a digit's height. */
export interface Glyph {
  /** With the stroke, without the space to the next character. */
  readonly width: number
  /** `M`, `L`, `A`, … from the top of a digit (0) to its foot (10); strokes go to {@link descent} at most. */
  readonly path: string
}

/** Width of the strokes. */
export const strokeWidth = 1.3
/** Space after each character. */
export const tracking = 1.3
/** How far strokes reach below the foot of the digits. */
export const descent = 2.6
/** Height of a digit. */
export const digitHeight = 10

const glyphs: Readonly<Record<string, Glyph>> = {
  '0': { width: 6.2, path: 'M0.65 3.3A2.45 2.65 0 0 1 5.55 3.3V6.7A2.45 2.65 0 0 1 0.65 6.7Z' },
  '1': { width: 6.2, path: 'M1.4 2.3L3.7 0.65V9.35' },
  '2': { width: 6.2, path: 'M0.8 2.9A2.3 2.25 0 0 1 5.4 2.9C5.4 4.7 2.6 6.4 0.75 9.35H5.55' },
  '3': { width: 6.2, path: 'M1 2.1A2.15 2 0 1 1 3 4.6H2.6H3A2.4 2.37 0 1 1 0.7 7.4' },
  '4': { width: 6.2, path: 'M4.3 9.35V0.65L0.65 6.7H5.6' },
  '5': {
    width: 6.2,
    path: 'M5.1 0.65H1.5L1.1 4.6A2.9 2.9 0 0 1 2.8 4.05A2.65 2.65 0 0 1 2.8 9.35A2.4 2.4 0 0 1 0.65 8',
  },
  '6': { width: 6.2, path: 'M4.7 0.65C2.6 1.7 0.65 3.9 0.65 6.8A2.45 2.55 0 1 0 5.55 6.8A2.45 2.55 0 0 0 0.9 6' },
  '7': { width: 6.2, path: 'M0.7 0.65H5.5L2.3 9.35' },
  '8': { width: 6.2, path: 'M3.1 4.6A2.05 1.97 0 1 1 3.11 4.6A2.43 2.37 0 1 1 3.1 4.6Z' },
  '9': { width: 6.2, path: 'M1.5 9.35C3.6 8.3 5.55 6.1 5.55 3.2A2.45 2.55 0 1 0 0.65 3.2A2.45 2.55 0 0 0 5.3 4' },
  '.': { width: 1.5, path: 'M0.75 9.2V9.3' },
  '-': { width: 4.4, path: 'M0.65 6H3.75' },
  e: { width: 6, path: 'M0.75 6.6H5.3A2.3 2.6 0 1 0 4.6 8.6' },
  ψ: { width: 7.6, path: 'M0.65 3V5.4A3.15 2.9 0 0 0 6.95 5.4V3M3.8 1.4V11.8' },
  ' ': { width: 1.6, path: '' },
}

/** A text holds a character that sheets cannot write. */
export class CaptionError extends Error {
  override readonly name = 'CaptionError'
}

/** The characters of a text. @throws CaptionError for other characters than digits, `.`, `-`, `e`, `ψ` and the space */
export function glyphsOf(text: string): readonly Glyph[] {
  return [...text].map((character) => {
    const glyph = Object.hasOwn(glyphs, character) ? glyphs[character] : undefined
    if (glyph === undefined)
      throw new CaptionError(
        `captions have no ${JSON.stringify(character)}: they are made of ${Object.keys(glyphs).join('')}`,
      )
    return glyph
  })
}
