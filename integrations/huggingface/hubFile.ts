import { fileDownloadInfo, HubApiError } from '@huggingface/hub'
import { DownloadError, idOf, type Location, PassingError, parseAddress, type RemoteFile } from '../download/index.ts'

/** A file of a repository on the Hugging Face hub. */
export interface HubAddress {
  /** `owner/name`, or `datasets/owner/name`. */
  readonly repository: string
  /** Branch, tag or commit. */
  readonly revision: string
  readonly path: string
}

const form = 'hf://owner/repository/file.pkl, or hf://owner/repository@revision/folder/file.pkl'
const pattern = /^hf:\/\/((?:(?:datasets|spaces)\/)?[\w.-]+\/[\w.-]+)(?:@([^/\s]+))?\/([^\s]+)$/

/**
 * Reads an address like `hf://owner/repository@revision/path/file`; a slash in a revision is written `%2F`.
 * @throws DownloadError where it is none
 */
export function parseHubAddress(text: string): HubAddress {
  const [, repository, revision = 'main', path] = pattern.exec(text) ?? []
  const isPlain = path?.split('/').every((step) => !['', '.', '..'].includes(step)) === true
  if (repository === undefined || path === undefined || !isPlain || repository.split('/').includes('..'))
    throw new DownloadError(`${JSON.stringify(text.slice(0, 200))} names no file of the hub: write ${form}`)
  return { repository, revision: decoded(revision), path }
}

function decoded(revision: string): string {
  try {
    return decodeURIComponent(revision)
  } catch {
    return revision
  }
}

export interface HubOptions {
  /** Opens private and gated repositories. */
  readonly token?: string | undefined
  /** @default https://huggingface.co */
  readonly hub?: string | undefined
  readonly fetch?: typeof globalThis.fetch
}

const publicHub = 'https://huggingface.co'

/**
 * A file of the hub as something to download. The hub is asked for its size and etag before each attempt, since the addresses
 * that it hands out do not last; the bytes come from its `resolve` address, which redirects to whatever keeps them.
 *
 * Errors of the hub's library hold addresses, and are never passed on.
 * @throws DownloadError where the token cannot be one
 * @see https://huggingface.co/docs/huggingface.js/hub/README
 */
export function hubFile(address: HubAddress, { token, fetch = globalThis.fetch, ...options }: HubOptions): RemoteFile {
  if (token !== undefined && !token.startsWith('hf_'))
    throw new DownloadError('HF_TOKEN is no token of the Hugging Face hub: those begin with hf_')
  const { repository, revision, path } = address
  const hub = parseAddress(options.hub ?? publicHub).origin
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const shown = `hf://${repository}@${revision}/${path}`
  const explain = (status: number): string | undefined => explanation(address, hub, token, status)
  return {
    id: idOf(`${hub} ${shown}`),
    shown,
    explain,
    async locate(signal): Promise<Location> {
      const info = await fileDownloadInfo({
        repo: repository,
        path: encoded,
        revision,
        hubUrl: hub,
        fetch: withoutBody(fetch, signal),
        ...(token === undefined ? {} : { accessToken: token }),
      }).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw failure(error, explain)
      })
      if (info === null)
        throw new DownloadError(`${repository}@${revision} has no file ${path}: see ${hub}/${repository}`)
      const url = new URL(info.url)
      return {
        url,
        version: { etag: info.etag, bytes: info.size },
        ...(token !== undefined && url.origin === hub ? { headers: { authorization: `Bearer ${token}` } } : {}),
      }
    },
  }
}

/** The library looks at the headers of a success alone, and leaves its body open. */
function withoutBody(fetch: typeof globalThis.fetch, signal: AbortSignal | undefined): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, ...(signal === undefined ? {} : { signal }) })
    if (response.ok) await response.body?.cancel()
    return response
  }
}

function failure(error: unknown, explain: (status: number) => string | undefined): DownloadError | PassingError {
  if (!(error instanceof HubApiError)) {
    return error instanceof TypeError
      ? new PassingError('the hub cannot be reached')
      : new DownloadError('the hub does not say how large the file is: is its address right?')
  }
  const status = error.statusCode
  if (status === 429 || status >= 500) return new PassingError(`the hub answers ${status}`)
  return new DownloadError(explain(status) ?? `the hub answers ${status}`)
}

/** The hub answers 401 for whatever strangers may not know of, gated repositories among them. */
function explanation(
  { repository, revision, path }: HubAddress,
  hub: string,
  token: string | undefined,
  status: number,
) {
  const page = `${hub}/${repository}`
  if (status === 401 && token === undefined)
    return `${repository} does not exist, or is private or gated: check its name; if you may use it, put a token of your account into the environment as HF_TOKEN`
  if (status === 401) return `the hub refuses HF_TOKEN: it is wrong or expired, or ${repository} does not exist`
  if (status === 403)
    return `${repository} is gated, and this account may not read it: accept its terms at ${page}, and give a token of that account as HF_TOKEN`
  if (status === 404) return `the hub has no ${path} in ${repository}@${revision}: see ${page}`
  return undefined
}
