/** Fetches images from addresses that somebody else chose: bounded in size and time, and kept off private networks. */
import { type IncomingMessage, request as requestOverHttp } from 'node:http'
import { request as requestOverHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isPassingCode, networkCode } from '../download/passing.ts'
import { type AddressGuard, guardAddresses, type Resolve } from './addressGuard.ts'
import { RemoteImageError } from './errors.ts'
import { parseImageAddress, shown } from './imageAddress.ts'
import { readImageAnswer } from './imageAnswer.ts'

export interface ImageFetcherOptions {
  /** Whether private networks and this machine may be connected to. Link-local and multicast addresses never are. */
  readonly allowPrivate: boolean
  /** Largest image that is taken. @default 64 MiB */
  readonly maximumBytes?: number
  /** Seconds for a whole image, redirects included. @default 30 */
  readonly timeoutSeconds?: number
  /** @default 5 */
  readonly maximumRedirects?: number
  /** @default the system's */
  readonly lookup?: Resolve
}

export interface ImageRequest {
  readonly signal?: AbortSignal | undefined
  /** Value of the Authorization header. Sent to the address's origin, until a redirect leaves it. */
  readonly authorization?: string | undefined
  /**
   * The address's origin was named by whoever runs this, not by whoever made a task: it may lie anywhere, until a redirect
   * leaves it. @default false
   */
  readonly trusted?: boolean
}

export interface ImageFetcher {
  /**
   * The file at an address, once it looks like an image.
   * @throws RemoteImageError
   * @throws the signal's reason
   */
  fetch(address: string, request?: ImageRequest): Promise<Uint8Array>
}

export const defaultMaximumBytes = 64 * 2 ** 20

const redirects = new Set([301, 302, 303, 307, 308])

/**
 * Opens a fetcher. Proxies that environment variables name are not used: they would connect to what is not checked here.
 * @example const bytes = await openImageFetcher({ allowPrivate: false }).fetch('https://example.org/cat.jpg')
 */
export function openImageFetcher(options: ImageFetcherOptions): ImageFetcher {
  const { allowPrivate, lookup, timeoutSeconds = 30 } = options
  const { maximumBytes = defaultMaximumBytes, maximumRedirects = 5 } = options
  const guard = guardAddresses(allowPrivate, lookup)
  return {
    async fetch(address, { signal, authorization, trusted = false } = {}) {
      signal?.throwIfAborted()
      const url = parseImageAddress(address)
      const deadline = AbortSignal.timeout(1000 * timeoutSeconds)
      const ended = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
      try {
        return await follow({ url, authorization, trusted, signal: ended }, { guard, maximumBytes, maximumRedirects })
      } catch (error) {
        signal?.throwIfAborted()
        if (error instanceof RemoteImageError) throw error
        if (!deadline.aborted) throw networkFailure(error, url)
        const problem = `${shown(url)} did not come in whole within ${timeoutSeconds} seconds: try it later.`
        throw new RemoteImageError(problem, { mayPass: true })
      }
    },
  }
}

interface Start {
  readonly url: URL
  readonly authorization: string | undefined
  readonly trusted: boolean
  readonly signal: AbortSignal
}

interface Bounds {
  readonly guard: AddressGuard
  readonly maximumBytes: number
  readonly maximumRedirects: number
}

async function follow(start: Start, { guard, maximumBytes, maximumRedirects }: Bounds): Promise<Uint8Array> {
  let { url } = start
  let atHome = true
  for (let hops = 0; hops <= maximumRedirects; hops += 1) {
    const trusted = atHome && start.trusted
    if (!trusted) guard.check(url)
    const response = await ask(url, {
      authorization: atHome ? start.authorization : undefined,
      lookup: trusted ? undefined : guard.lookupFor(url),
      signal: start.signal,
    })
    if (!redirects.has(response.statusCode ?? 0)) {
      try {
        return await readImageAnswer(url, response, maximumBytes)
      } finally {
        response.destroy()
      }
    }
    response.destroy()
    const { location } = response.headers
    if (location === undefined) throw new RemoteImageError(`${shown(url)} redirects to nowhere: check the address.`)
    url = parseImageAddress(location, url)
    // Once left, an origin is never at home again: who leads away from it may lead back to where he could not go himself.
    atHome = atHome && url.origin === start.url.origin
  }
  throw new RemoteImageError(
    `${shown(start.url)} redirects more than ${maximumRedirects} times: give the address where it ends.`,
  )
}

interface Question {
  readonly authorization: string | undefined
  readonly lookup: LookupFunction | undefined
  readonly signal: AbortSignal
}

function ask(url: URL, { authorization, lookup, signal }: Question): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const send = url.protocol === 'https:' ? requestOverHttps : requestOverHttp
  const headers = {
    accept: 'image/*, */*;q=0.5',
    // Compressed on the way, a small answer could become any size.
    'accept-encoding': 'identity',
    'user-agent': 'sixteen',
    ...(authorization === undefined ? {} : { authorization }),
  }
  // A connection of its own: one that is kept open may have been made while more was allowed.
  const options = { agent: false, headers, signal, ...(lookup === undefined ? {} : { lookup }) } as const
  send(url, options)
    .on('response', resolve)
    // Without a listener, Node leaves who waits alone with neither an answer nor an error.
    .on('upgrade', (_, socket) => {
      socket.destroy()
      const problem = `${shown(url)} answers with another protocol, and no image: check the address.`
      reject(new RemoteImageError(problem))
    })
    .on('error', reject)
    .on('close', () => reject(new Error('the connection was closed')))
    .end()
  return promise
}

/** Of the error only the code is told: messages hold addresses. */
function networkFailure(error: unknown, url: URL): RemoteImageError {
  const code = networkCode(error)
  const mayPass = isPassingCode(code)
  const advice = mayPass ? 'try it later.' : 'check the address.'
  return new RemoteImageError(`${shown(url)} cannot be fetched (${code}): ${advice}`, { mayPass })
}
