import { sha256Of } from '../../schemas/sha256.ts'

/** The etag of the drivers that choose their own: SHA-256 of the content, in hexadecimal. */
export const contentEtag = (bytes: Uint8Array): string => sha256Of(bytes)
