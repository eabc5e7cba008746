import type { AxiosError } from 'axios'
import { Refusal } from '../../schemas/labelStudio/api.ts'
import { PlatformError } from '../platform/index.ts'
import { RefusedError, UnansweredError } from './errors.ts'
import { isCertificateProblem, wasNeverSent } from './networkCodes.ts'
import { redact } from './redaction.ts'

/** In which request something failed. */
export interface FailureContext {
  /** Address of the server. */
  readonly address: string
  /** What was tried, such as `reading project 3`. */
  readonly what: string
  /** Values that may stand in no message. */
  readonly secrets: readonly string[]
}

/**
 * What a failed request means, in words that say what to do. The error of the HTTP library itself holds headers with the
 * token: nothing of it is passed on but what is named here.
 */
export function explainFailure(error: AxiosError, context: FailureContext): PlatformError {
  const { response } = error
  return response ? explainAnswer(response, context) : explainSilence(error, context)
}

function explainSilence({ code, message }: AxiosError, { address, what }: FailureContext): PlatformError {
  const at = `Label Studio at ${redact(address)}`
  if (/max(Content|Body)Length/.test(message)) {
    return new PlatformError(
      `${at}, ${what}: more bytes at once than are taken. Use smaller label maps, or fewer in one request.`,
    )
  }
  if (code !== undefined && isCertificateProblem(code)) {
    const remedy = 'check https in the address; where the authority is your own, name its file in NODE_EXTRA_CA_CERTS'
    return new PlatformError(`${at}, ${what}: no trusted TLS connection (${code}): ${remedy}.`)
  }
  if (code === 'ERR_INVALID_URL')
    return new PlatformError(`${at}: this is no address. Write it like https://host:8080.`)
  const reached = !wasNeverSent(code)
  const why = code === 'ECONNABORTED' ? 'no answer in time' : `no connection (${code ?? 'unknown reason'})`
  const remedy = reached
    ? 'it may be busy or was restarted; look at its log'
    : 'is it running, and is this its address as seen from here'
  return new UnansweredError(`${at}, ${what}: ${why}: ${remedy}. Trying again later may help.`, reached)
}

function explainAnswer(response: NonNullable<AxiosError['response']>, context: FailureContext): PlatformError {
  const { status, data, headers } = response
  const { address, what, secrets } = context
  const at = redact(`Label Studio at ${address}, ${what}`, secrets)
  if (status >= 300 && status < 400) {
    const target = redact(redirectTarget(headers.location, address), secrets)
    return new PlatformError(
      `${at}: it redirects to ${target}. Give the address where it does not; tokens are not sent on.`,
    )
  }
  // Secrets go first: cut in the middle, one would no longer be found.
  const detail = shortened(redact(refusalDetail(data), secrets))
  const said = `${at}: ${detail === '' ? 'no reason given' : detail} (${status}).`
  // Whether a gateway or a crashed handler did what was asked is unknown.
  if (status >= 500) return new UnansweredError(`${said} Look at its log; trying again later may help.`, true, detail)
  if (status === 429)
    return new UnansweredError(`${said} It asks to slow down; trying again later may help.`, false, detail)
  return new RefusedError(`${said} ${remedyFor(status, detail)}`, status, detail)
}

function remedyFor(status: number, detail: string): string {
  if (status === 401 && /legacy token authentication has been disabled/i.test(detail)) {
    return (
      'Legacy tokens are switched off there: make a personal access token under Account & Settings and use that, or let an ' +
      'administrator allow legacy tokens under Organization → API Tokens Settings.'
    )
  }
  switch (status) {
    case 400:
      return 'Correct what it names.'
    case 401:
      return 'The token is wrong, revoked or expired: copy it again from Account & Settings in Label Studio.'
    case 403:
      return "The token's user may not do this: use the token of someone who manages the project."
    case 404:
      return "Check the address, the project's number, and that the token's user may see it."
    case 413:
      return 'The request is too large for a server or proxy in between: allow larger bodies there (nginx: client_max_body_size 200m).'
    default:
      return 'Check that the address is that of Label Studio.'
  }
}

/** Where a redirect leads: origin and path, without a query, which may hold anything. */
function redirectTarget(location: unknown, address: string): string {
  if (typeof location !== 'string' || !URL.canParse(location, address)) return 'nowhere'
  const { origin, pathname } = new URL(location, address)
  return `${origin}${pathname}`
}

const longestDetail = 600

function shortened(text: string): string {
  return text.length > longestDetail ? `${text.slice(0, longestDetail)}…` : text
}

/** What the body of a refusal says: its detail, with the errors of validation. */
function refusalDetail(data: unknown): string {
  const parsed = Refusal.safeParse(jsonOf(data))
  if (!parsed.success) return 'a web page or something else that is no JSON'
  const { detail, validation_errors } = parsed.data
  const texts = [...(typeof detail === 'string' ? [detail] : []), ...textsIn(validation_errors)]
  return (
    texts
      .join(': ')
      .replace(/<[^>]*>/g, '')
      // Masks, which validation repeats in full.
      .replace(/\[[\d,\s]{40,}\]?/g, '[…]')
      .replace(/\s+/g, ' ')
      .trim()
  )
}

function jsonOf(data: unknown): unknown {
  if (typeof data !== 'string') return undefined
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([field, inner]) => {
    const texts = textsIn(inner)
    return field === 'non_field_errors' ? texts : texts.map((text) => `${field}: ${text}`)
  })
}
