import type { OtherTask } from '../platform/index.ts'
import {
  defaultMaximumBytes,
  isDataUri,
  openImageFetcher,
  RemoteImageError,
  readDataImage,
} from '../remoteImages/index.ts'
import type { LabelStudioClient } from './client.ts'
import { numberOf } from './numberOf.ts'

export interface TaskImageOptions {
  /**
   * Whether images of tasks may be fetched from private addresses other than the server's own: from this machine, or from
   * the network that it is in. Whoever may make tasks chooses these addresses. @default false
   */
  readonly allowPrivateImages?: boolean
}

/**
 * Opens the images of tasks, wherever Label Studio lets them lie. Its own files are read with the client's token, from
 * wherever the server is; files of a storage by way of the server, which knows how to get there.
 * @returns reads one of them: throws RemoteImageError, PlatformError where the token is refused, the signal's reason
 */
export function openTaskImages(
  client: Pick<LabelStudioClient, 'address' | 'authorization'>,
  { allowPrivateImages = false }: TaskImageOptions = {},
): (task: OtherTask, signal?: AbortSignal) => Promise<Uint8Array> {
  const images = openImageFetcher({ allowPrivate: allowPrivateImages })
  return async (task, signal) => {
    signal?.throwIfAborted()
    if (isDataUri(task.image)) return readDataImage(task.image, defaultMaximumBytes)
    const address = addressOf(task, client.address)
    const path = pathAt(client.address, address)
    if (path === undefined) return await images.fetch(address, { signal })
    const authorization = isFilePath(path) ? await client.authorization() : undefined
    return await images.fetch(address, { signal, authorization, trusted: true })
  }
}

/** Storages that Label Studio resolves: S3, Google Cloud Storage, Azure Blob Storage. */
const storageScheme = /^(?:s3|gs|azure-blob):\/\//i

function addressOf({ id, image }: OtherTask, server: string): string {
  if (storageScheme.test(image)) {
    // As the server's own pages write it: base64 of the alphabet for addresses, padded.
    const uri = Buffer.from(image).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
    return `${server}/tasks/${numberOf(id, 'task')}/resolve/?fileuri=${encodeURIComponent(uri)}`
  }
  if (!image.startsWith('/')) {
    if (URL.canParse(image)) return localFile(image, server) ?? image
    throw new RemoteImageError(
      `The image of task ${id} has no address: give one like https://host/photo.jpg in the task's data, or upload the image.`,
    )
  }
  if (!URL.canParse(image, server))
    throw new RemoteImageError(`The image of task ${id} has no address: upload it again.`)
  // A server below a path writes it in front of its files' paths, if it knows of it.
  const { origin, pathname } = new URL(server)
  const below = pathname === '/' ? '' : pathname
  const isWhole = /^\/[/\\]/.test(image) || below === '' || image.startsWith(`${below}/`)
  return new URL(isWhole ? image : `${below}${image}`, origin).href
}

/**
 * The server writes files of its own disk with the address that browsers have for it, at which it may not be reached from
 * here: they are asked for where it is.
 */
function localFile(image: string, server: string): string | undefined {
  const { protocol, pathname, search } = new URL(image)
  const isOne = /^https?:$/.test(protocol) && pathname.endsWith('/data/local-files/')
  return isOne ? `${server}/data/local-files/${search}` : undefined
}

/** The path below the server's address; undefined where the address is not the server's. */
function pathAt(server: string, address: string): string | undefined {
  const [home, url] = [new URL(server), new URL(address)]
  const below = home.pathname.replace(/\/$/, '')
  if (url.origin !== home.origin || !url.pathname.startsWith(`${below}/`)) return undefined
  return url.pathname.slice(below.length)
}

/**
 * Whether files are answered there. The token opens everything that its user may see: it is not sent to whatever a task names.
 * Encoded slashes could lead a proxy out of the folder again.
 */
function isFilePath(path: string): boolean {
  return /^\/(?:data|storage-data)\/|^\/tasks\/\d+\/resolve\/$/.test(path) && !/%2f|%5c/i.test(path)
}
