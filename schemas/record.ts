import { z } from 'zod'

/** The version every stored record carries. A record of another version is refused, never guessed at. */
export const SchemaVersion = z.literal(1, {
  error: ({ input }) =>
    `a record of schemaVersion ${JSON.stringify(input)}: this release reads version 1; use the release that wrote it`,
})

/** SHA-256 of some bytes: 64 hexadecimal digits in lower case. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 hexadecimal digits in lower case')
export type Sha256 = z.infer<typeof Sha256>

/** A moment in UTC as `Date.toISOString` writes it: 2026-11-30T12:00:00.000Z. */
export const Instant = z.iso.datetime({ error: 'a moment is written in UTC, like 2026-11-30T12:00:00.000Z' })

/** A name that may stand in keys and ids: words of lower-case letters and digits, joined by single `-`, `_` or `.`. */
export const Slug = z
  .string()
  .max(64, 'a name has at most 64 characters')
  .regex(/^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/, 'a name is lower-case words like avatars or cats-256')
