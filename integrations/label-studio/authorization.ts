import { z } from 'zod'
import { PlatformError } from '../platform/index.ts'

/** The two kinds of tokens that Label Studio makes; their shape tells them apart. */
export type TokenKind =
  /** The older one, never expiring: 40 hexadecimal digits, unless an administrator chose it. */
  | 'legacy'
  /** A personal access token: a JSON Web Token which is exchanged for others that are valid for five minutes. */
  | 'personal'

/** Says who asks, in the header of each request. */
export interface Authorization {
  readonly kind: TokenKind
  /** Value of the Authorization header. */
  header(): Promise<string>
  /**
   * What to send instead of a header that was refused.
   * @returns undefined where there is nothing else to try
   */
  renewed(refused: string): Promise<string | undefined>
}

export interface AuthorizationOptions {
  readonly token: string
  /** Exchanges a personal token for an access token. */
  readonly exchange: (token: string) => Promise<string>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const jwtShape = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/

/** Claims of Label Studio's JSON Web Tokens; times are seconds since 1970. */
const Claims = z.object({ token_type: z.string().optional(), iat: z.number().optional(), exp: z.number().optional() })

function claimsOf(token: string): z.infer<typeof Claims> {
  try {
    return Claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
  } catch {
    return {}
  }
}

/** @throws PlatformError for what cannot be a token; the message does not repeat it */
export function createAuthorization({ token, exchange, now }: AuthorizationOptions): Authorization {
  if (jwtShape.test(token)) return personal({ token, exchange, now })
  if (!/^[\x21-\x7e]{1,500}$/.test(token)) {
    throw new PlatformError('The token is empty or holds spaces: copy it from Account & Settings in Label Studio.')
  }
  const header = `Token ${token}`
  return { kind: 'legacy', header: async () => header, renewed: async () => undefined }
}

/** How long before its end an access token is replaced. */
const spareMilliseconds = 60_000
/** Validity of an access token that does not say so itself. */
const usualMilliseconds = 300_000

function personal({ token, exchange, now }: AuthorizationOptions): Authorization {
  if (claimsOf(token).token_type === 'access') {
    throw new PlatformError(
      'This token is valid for five minutes only. Give the personal access token that Account & Settings shows when one is made.',
    )
  }
  let current: { readonly header: string; readonly until: number } | undefined
  let pending: Promise<string> | undefined

  const renew = async (): Promise<string> => {
    const access = await exchange(token)
    const { iat, exp } = claimsOf(access)
    const valid = iat === undefined || exp === undefined ? usualMilliseconds : (exp - iat) * 1000
    // Counted from here, since the server's clock may differ from ours.
    current = { header: `Bearer ${access}`, until: now() + Math.max(valid - spareMilliseconds, valid / 2) }
    return current.header
  }
  const renewOnce = (): Promise<string> => {
    pending ??= renew().finally(() => {
      pending = undefined
    })
    return pending
  }

  return {
    kind: 'personal',
    header: async () => (current !== undefined && now() < current.until ? current.header : await renewOnce()),
    // Another request may have renewed it in the meantime.
    renewed: async (refused) =>
      current !== undefined && current.header !== refused ? current.header : await renewOnce(),
  }
}
