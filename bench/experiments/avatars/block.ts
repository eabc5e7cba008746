import { deflateSync, inflateSync } from 'node:zlib'
import type { Drawing } from './render.ts'

/** Images and label maps of several drawings of one size, each kind behind one another. */
export interface PackedDrawings {
  /** `[count, size, size, 3]` bytes. */
  readonly images: Uint8Array
  /** `[count, size, size]` part ids. */
  readonly labels: Uint8Array
}

/** The fastest level: flat colours become ten times smaller, and unpacking keeps up with a disk. */
const level = 1

/** Drawings of one size as the bytes of a file. */
export function packDrawings(drawings: readonly Drawing[]): Uint8Array {
  const parts = [...drawings.map(({ image }) => image), ...drawings.map(({ labels }) => labels)]
  return deflateSync(Buffer.concat(parts), { level })
}

/**
 * @param count - the number of drawings that were packed
 * @param size - their pixels per side
 * @returns undefined where the bytes are damaged or hold another number of pixels
 */
export function unpackDrawings(bytes: Uint8Array, count: number, size: number): PackedDrawings | undefined {
  const pixels = count * size ** 2
  const unpacked = inflateAtMost(bytes, pixels * 4)
  if (unpacked?.length !== pixels * 4) return undefined
  return { images: unpacked.subarray(0, pixels * 3), labels: unpacked.subarray(pixels * 3) }
}

function inflateAtMost(bytes: Uint8Array, length: number): Uint8Array | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: length })
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
