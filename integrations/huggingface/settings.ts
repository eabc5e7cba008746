import type { DraftSettings } from '../../schemas/lifeSettings.ts'
import { DraftError } from './errors.ts'

/** Where and as whom to ask. */
export interface Access {
  readonly endpoint: string | undefined
  readonly token: string | undefined
  /** Whether there is a token that is not sent: it would be readable on the way, or somebody else's host would get it. */
  readonly tokenKept: boolean
}

/** The one provider that names the parts: others answer one mask without a label. */
export const segmentationProvider = 'hf-inference'

/** Whose the token is. Whoever may set a project's endpoint must not get the operator's token by it. */
const huggingFaceHosts = /(^|\.)(huggingface\.co|huggingface\.cloud|hf\.space)$/
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * @throws DraftError where a provider and an endpoint are both given, or the provider names no parts, or the token
 *   cannot stand in a header
 */
export function checkAccess({ endpoint, provider }: DraftSettings, token: string | undefined): Access {
  if (endpoint !== undefined && provider !== undefined) {
    throw new DraftError('settings', 'The drafts have a provider and an endpoint. Remove one of them.')
  }
  if (provider !== undefined && provider !== segmentationProvider) {
    throw new DraftError(
      'settings',
      `The provider ${provider} gives no masks with labels; use ${segmentationProvider}, or an endpoint of your own.`,
    )
  }
  const bare = token?.trim()
  if (bare && !/^[\x21-\x7e]+$/.test(bare)) {
    throw new DraftError('token', 'The Hugging Face token holds spaces or letters that no token has. Copy it again.')
  }
  if (!bare) return { endpoint, token: undefined, tokenKept: false }
  const { protocol, hostname } = new URL(endpoint ?? 'https://huggingface.co')
  const trusted = loopback.test(hostname) || (protocol === 'https:' && huggingFaceHosts.test(hostname))
  const tokenKept = !trusted
  return { endpoint, token: tokenKept ? undefined : bare, tokenKept }
}

/**
 * The part id of each of the model's labels.
 * @param parts names, in the order of their ids
 * @throws DraftError that names every label whose part does not exist
 */
export function partIds({ labels }: DraftSettings, parts: readonly string[]): ReadonlyMap<string, number> {
  const ids = new Map(parts.map((part, id) => [part, id]))
  const unknown = Object.entries(labels).filter(([, part]) => !ids.has(part))
  if (unknown.length > 0) {
    const named = unknown.map(([label, part]) => `${label} → ${part}`).join(', ')
    throw new DraftError(
      'settings',
      `The drafts' labels lead to parts that do not exist: ${named}. The parts are ${parts.join(', ')}.`,
    )
  }
  return new Map(Object.entries(labels).map(([label, part]) => [label, ids.get(part) ?? 0]))
}
