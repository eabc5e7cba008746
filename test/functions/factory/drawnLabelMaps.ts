import type { LabelMap } from '../../../schemas/labelMap.ts'

/** A label map from rows of digits; dots are background. */
export function drawn(...rows: string[]): LabelMap {
  const data = Uint8Array.from(rows.join('').replaceAll('.', '0'), Number)
  return { width: rows[0]?.length ?? 0, height: rows.length, data }
}

/** The rows that {@link drawn} makes a label map of. */
export function rowsOf({ width, height, data }: LabelMap): string[] {
  const text = [...data].map((part) => (part === 0 ? '.' : String(part)))
  return Array.from({ length: height }, (_, row) => text.slice(row * width, (row + 1) * width).join(''))
}
