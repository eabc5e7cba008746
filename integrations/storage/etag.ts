import { createHash } from 'node:crypto'

/** The etag of the drivers that choose their own: SHA-256 of the content, in hexadecimal. */
export const contentEtag = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
