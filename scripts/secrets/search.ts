/** Finds secrets, whole or in part, in whatever came out of a program. */
import type { Canary } from './canaries.ts'
import { writingsOf } from './writings.ts'

/** Something that a secret may stand in: a line of a log, an answer, a stored object. */
export interface Place {
  readonly name: string
  readonly content: Uint8Array | string
}

export interface Leak {
  readonly canary: Canary
  /** How it is written there. */
  readonly how: string
}

/** So many bytes of a secret in a row are a leak: a text that was cut holds a part only. */
const pieceLength = 12

interface Piece extends Leak {
  readonly bytes: Buffer
}

export interface Search {
  /** Which secrets stand in a content, each once, under the first of its writings that was found. */
  leaksIn(content: Place['content']): readonly Leak[]
}

/** Prepares a search; it looks at every byte once, however many secrets there are. */
export function openSearch(canaries: readonly Canary[]): Search {
  const pieces = new Map<number, Piece[]>()
  for (const canary of canaries)
    for (const { how, bytes } of canary.secrets.flatMap(writingsOf))
      for (let start = 0; start + pieceLength <= bytes.length; start += 1) {
        const piece = { canary, how, bytes: bytes.subarray(start, start + pieceLength) }
        const key = piece.bytes.readUInt32LE(0)
        const there = pieces.get(key)
        if (there === undefined) pieces.set(key, [piece])
        else if (!there.some((other) => other.canary === canary && other.bytes.equals(piece.bytes))) there.push(piece)
      }

  return {
    leaksIn(content) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content)
      const found = new Map<Canary, Leak>()
      for (let at = 0; at + pieceLength <= bytes.length; at += 1) {
        const candidates = pieces.get(bytes.readUInt32LE(at))
        if (candidates === undefined) continue
        const here = bytes.subarray(at, at + pieceLength)
        for (const { canary, how, bytes: wanted } of candidates)
          if (!found.has(canary) && here.equals(wanted)) found.set(canary, { canary, how })
      }
      return [...found.values()]
    },
  }
}

/** One sentence for each leak. A name that holds the secret itself is not repeated. */
export function describeLeaks(search: Search, { name, content }: Place): readonly string[] {
  const shown = search.leaksIn(name).length > 0 ? '(a name that holds a secret)' : name
  const leaks = [...search.leaksIn(content), ...search.leaksIn(name)]
  return leaks.map(({ canary, how }) => `${canary.name} (${how}) stands in ${shown}`)
}
