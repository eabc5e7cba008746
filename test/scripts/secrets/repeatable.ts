import { createHash } from 'node:crypto'

/** Bytes that are the same for the same seed, and for each call others. */
export function repeatable(seed: string): (bytes: number) => Buffer {
  let calls = 0
  return (bytes) => {
    calls += 1
    const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, block) =>
      createHash('sha256').update(`${seed} ${calls} ${block}`).digest(),
    )
    return Buffer.concat(blocks).subarray(0, bytes)
  }
}
