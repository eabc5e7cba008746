import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { sha256Of } from '../../schemas/sha256.ts'
import type { ObjectHead } from './index.ts'

/** The etag of the drivers that choose their own: SHA-256 of the content, in hexadecimal. */
export const contentEtag = (bytes: Uint8Array): string => sha256Of(bytes)

const pieceBytes = 2 ** 18

/** Etag and size of a file's content, which is read piece by piece. */
export async function headOf(handle: FileHandle): Promise<ObjectHead> {
  const hash = createHash('sha256')
  const piece = new Uint8Array(pieceBytes)
  let size = 0
  for (;;) {
    const { bytesRead } = await handle.read(piece, 0, pieceBytes, size)
    if (bytesRead === 0) return { etag: hash.digest('hex'), size }
    hash.update(piece.subarray(0, bytesRead))
    size += bytesRead
  }
}
