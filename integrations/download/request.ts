/** One request for a file or the rest of it, through redirects; what comes back is checked before a byte of it is used. */
import { parseAddress, shownAddress } from './address.ts'
import { DownloadError, PassingError } from './errors.ts'
import { isPassingCode, isPassingStatus, networkCode } from './passing.ts'
import type { Location, RemoteFile } from './remoteFile.ts'

export interface FileQuestion {
  readonly file: RemoteFile
  readonly location: Location
  /** Byte to begin at. */
  readonly offset: number
  /** Etag that the file must still have for its rest to be sent; without it the rest is asked for whatever it is. */
  readonly etag: string | undefined
  readonly fetch: typeof globalThis.fetch
  readonly signal: AbortSignal | undefined
}

/** `whole`: from the first byte on. `rest`: from the offset on. `nothing`: the file ends at the offset. */
export interface FileAnswer {
  readonly kind: 'whole' | 'rest' | 'nothing'
  /** Undefined where there is none, or it does not stand for the bytes themselves. */
  readonly etag: string | undefined
  /** Bytes of the whole file, where the server says. */
  readonly bytes: number | undefined
  readonly body: AsyncIterable<Uint8Array>
}

const mostRedirects = 10
const redirects = new Set([301, 302, 303, 307, 308])

/**
 * Asks for a file from a byte on (RFC 9110, sections 13.1.5 and 14.2).
 * @throws DownloadError where asking again is of no use; PassingError where it may be; the signal's reason
 */
export async function askForFile(question: FileQuestion): Promise<FileAnswer> {
  const { file, location, offset, etag } = question
  const range = offset === 0 ? {} : { range: `bytes=${offset}-`, ...(etag === undefined ? {} : { 'if-range': etag }) }
  let { url } = location
  for (let hops = 0; hops <= mostRedirects; hops += 1) {
    const own = url.origin === location.url.origin ? location.headers : undefined
    // Compressed on the way, neither lengths nor ranges would be those of the file.
    const headers = { ...own, ...range, 'accept-encoding': 'identity' }
    const response = await send(question, url, headers)
    if (!redirects.has(response.status)) return await readAnswer(file, url, offset, response)
    await response.body?.cancel()
    url = redirected(file, url, response.headers.get('location'))
  }
  throw new DownloadError(`${file.shown} redirects more than ${mostRedirects} times: give the address where it ends`)
}

async function send({ fetch, signal, file }: FileQuestion, url: URL, headers: Record<string, string>) {
  try {
    return await fetch(url, { headers, redirect: 'manual', ...(signal === undefined ? {} : { signal }) })
  } catch (error) {
    signal?.throwIfAborted()
    throw networkFailure(error, url, file)
  }
}

function redirected({ shown }: RemoteFile, from: URL, location: string | null): URL {
  if (location === null) throw new DownloadError(`${shown} redirects to nowhere: check the address`)
  const url = parseAddress(location, from)
  if (from.protocol === 'https:' && url.protocol === 'http:')
    throw new DownloadError(
      `${shown} leads from https to ${shownAddress(url)}, which anyone on the way could change: fetch it from elsewhere`,
    )
  return url
}

async function readAnswer(file: RemoteFile, url: URL, offset: number, response: Response): Promise<FileAnswer> {
  const { status, headers } = response
  const etag = strongEtag(headers.get('etag'))
  const body = bodyOf(response)
  if (status === 200) {
    refuseOther(file, headers)
    return { kind: 'whole', etag, bytes: wholeNumber(headers.get('content-length')), body }
  }
  if (status === 206 && offset > 0) {
    const { first, bytes } = contentRange(headers.get('content-range'))
    if (first !== offset) {
      await response.body?.cancel()
      throw new DownloadError(
        `${url.host} was asked for ${file.shown} from byte ${offset} on and sends another part of it`,
      )
    }
    return { kind: 'rest', etag, bytes, body }
  }
  await response.body?.cancel()
  if (status === 416 && offset > 0) {
    const bytes = wholeNumber(/^bytes \*\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? null)
    return { kind: 'nothing', etag, bytes, body: noBytes() }
  }
  if (isPassingStatus(status))
    throw new PassingError(`${url.host} answers ${status}`, wholeNumber(headers.get('retry-after')))
  throw new DownloadError(file.explain?.(status) ?? refusal(file, status))
}

function refuseOther({ shown }: RemoteFile, headers: Headers): void {
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (encoding !== 'identity')
    throw new DownloadError(`${shown} is sent as ${encoding}, though it was asked for as it is: download it yourself`)
  if (/^text\/html\b/i.test(headers.get('content-type') ?? ''))
    throw new DownloadError(`${shown} is a web page, not a file: give the address that its download button has`)
}

function refusal({ shown }: RemoteFile, status: number): string {
  if (status === 401 || status === 403)
    return `${shown} is refused (${status}): it needs an account, or its address is too old; download it in a browser and import the file`
  if (status === 404 || status === 410) return `there is no ${shown} (${status}): check the address`
  return `${shown} is answered with status ${status}, which is no file`
}

async function* bodyOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body !== null) yield* body
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

/** Weak ones say that two files mean the same, not that their bytes are. */
function strongEtag(etag: string | null): string | undefined {
  return etag === null || etag.startsWith('W/') || etag === '' ? undefined : etag
}

function contentRange(text: string | null): { readonly first: number | undefined; readonly bytes: number | undefined } {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(text ?? '')
  return { first: wholeNumber(match?.[1] ?? null), bytes: wholeNumber(match?.[2] ?? null) }
}

function wholeNumber(text: string | null): number | undefined {
  const value = Number(text ?? Number.NaN)
  return text !== null && /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : undefined
}

/** What a failed fetch comes to. Of the error only the code is told: messages hold addresses. */
function networkFailure(error: unknown, { host }: URL, { shown }: RemoteFile): DownloadError | PassingError {
  const code = networkCode(error)
  if (isPassingCode(code)) return new PassingError(`${host} cannot be reached (${code})`)
  return new DownloadError(`${host} cannot be reached (${code}): check the address ${shown}`)
}
