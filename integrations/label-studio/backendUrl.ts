import { isIP } from 'node:net'
import { PlatformError } from '../platform/index.ts'
import { redact } from './redaction.ts'

/** Address of our backend, as Label Studio is to reach it. */
export interface BackendUrl {
  /** Without a slash at its end; it may hold an access key, so it is not for messages. */
  readonly url: string
  /** Where webhooks go. */
  readonly webhook: string
  /** For people: without keys, users and passwords. */
  readonly shown: string
  /** Whether Label Studio takes it as a webhook's address: it wants a dot in the host's name, or localhost. */
  readonly fitForWebhooks: boolean
}

/** @throws PlatformError for what is no address, or one that Label Studio cannot use; the message holds no key */
export function readBackendUrl(given: string): BackendUrl {
  const shown = redact(given)
  const example = 'such as https://sixteen.example.org/k/<key>'
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new PlatformError(
      `${JSON.stringify(shown)} is no web address: give the one at which Label Studio reaches us, ${example}.`,
    )
  }
  if (url.search !== '' || url.hash !== '') {
    throw new PlatformError(
      `Label Studio drops what stands behind ? or # in an address: put the key into its path, ${example}.`,
    )
  }
  const whole = url.href.replace(/\/+$/, '')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const fitForWebhooks = host.includes('.') || host === 'localhost' || isIP(host) !== 0
  return { url: whole, webhook: `${whole}/webhook`, shown: redact(whole), fitForWebhooks }
}

/** Whether two addresses are the same, key included. */
export function sameUrl(first: string, second: string): boolean {
  return first.replace(/\/+$/, '') === second.replace(/\/+$/, '')
}

/** Whether two addresses lead to the same backend, with whatever keys, or to webhooks of the same. */
export function samePlace(first: string, second: string): boolean {
  return withoutKey(first) === withoutKey(second)
}

function withoutKey(address: string): string {
  return address.replace(/\/+$/, '').replace(/\/k\/[^/]+(?=$|\/webhook$)/, '')
}
