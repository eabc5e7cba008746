import { createHash } from 'node:crypto'
import type { Sha256 } from './record.ts'

/** SHA-256 of bytes, or of a text in UTF-8, as records hold it. */
export function sha256Of(content: Uint8Array | string): Sha256 {
  return createHash('sha256').update(content).digest('hex')
}
