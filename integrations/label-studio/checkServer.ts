import { ServerVersion, WhoAmI } from '../../schemas/labelStudio/api.ts'
import type { Notice } from '../../schemas/notice.ts'
import type { LabelStudioClient } from './client.ts'

/** What is known of a server before anything is done with it. */
export interface ServerCheck {
  /** Such as `1.23.2`. */
  readonly version: string
  readonly edition: string | undefined
  readonly notices: readonly Notice[]
}

/** Versions that this integration was written against. */
const known = { from: [1, 22], to: [1, 24] } as const

/**
 * Looks whether a Label Studio answers, and whether it takes the token.
 * @throws PlatformError, with what to do, where it does not
 */
export async function checkServer(client: LabelStudioClient): Promise<ServerCheck> {
  const at = { method: 'GET', path: '/api/version', answer: ServerVersion, what: 'asking for its version' } as const
  const { release, edition } = await client.call(at)
  await client.call({ method: 'GET', path: '/api/current-user/whoami', answer: WhoAmI, what: 'signing in' })
  return { version: release, edition: edition ?? undefined, notices: [tokenNotice(client), ...versionNotices(release)] }
}

function tokenNotice({ tokenKind }: LabelStudioClient): Notice {
  const message =
    tokenKind === 'legacy'
      ? 'Signed in with a legacy token. It works until an administrator switches these off; a personal access token keeps working.'
      : 'Signed in with a personal access token.'
  return { code: 'token-kind', level: 'info', message }
}

function versionNotices(release: string): Notice[] {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10))
  const inside = major === known.from[0] && minor >= known.from[1] && minor <= known.to[1]
  if (inside) return []
  const range = `${known.from.join('.')} to ${known.to.join('.')}`
  const message = `This server is Label Studio ${release}; ${range} are known to work. Watch the first run there closely.`
  return [{ code: 'server-version', level: 'warning', message }]
}
