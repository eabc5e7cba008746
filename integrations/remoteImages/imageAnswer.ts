import type { IncomingMessage } from 'node:http'
import { isPassingStatus } from '../download/passing.ts'
import { RemoteImageError } from './errors.ts'
import { shown } from './imageAddress.ts'
import { checkImage } from './imageKind.ts'

/**
 * Reads an image from an answer, no further than to the limit.
 * @throws RemoteImageError for every status but 200, for what is too large, compressed on the way, or no image
 */
export async function readImageAnswer(url: URL, response: IncomingMessage, maximumBytes: number): Promise<Uint8Array> {
  const { statusCode: status = 0, headers } = response
  const named = shown(url)
  if (status !== 200) throw refusal(named, status)
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    const how = encoding.slice(0, 20)
    throw new RemoteImageError(
      `${named} is sent as ${how}, though it was asked for as it is: upload the image instead.`,
    )
  }
  if (Number(headers['content-length'] ?? 0) > maximumBytes) {
    throw new RemoteImageError(
      `${named} has ${headers['content-length']} bytes, more than the ${maximumBytes} that are taken: use a smaller one.`,
    )
  }
  const bytes = await readBounded(named, response, maximumBytes)
  checkImage(bytes, named)
  return bytes
}

async function readBounded(
  named: string,
  response: AsyncIterable<Uint8Array>,
  maximumBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    // Leaving the loop closes the connection.
    if (length > maximumBytes) {
      throw new RemoteImageError(`${named} is sent beyond the ${maximumBytes} bytes that are taken: use a smaller one.`)
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks, length))
}

function refusal(named: string, status: number): RemoteImageError {
  if (isPassingStatus(status) || status >= 500) {
    return new RemoteImageError(`${named} is answered with status ${status}, which may pass: try it later.`, {
      mayPass: true,
    })
  }
  if (status === 401 || status === 403) {
    return new RemoteImageError(
      `${named} is refused (${status}): it needs an account, or its address is too old. Upload the image instead.`,
    )
  }
  if (status === 404 || status === 410) {
    return new RemoteImageError(`${named} is not there (${status}): check the address.`)
  }
  return new RemoteImageError(`${named} is answered with status ${status}, which is no image: check the address.`)
}
