import type { LookupAddress } from 'node:dns'
import sharp from 'sharp'
import { openImageFetcher, RemoteImageError } from '../../../integrations/remoteImages/index.ts'

/** A small photo, as PNG. */
export const png = new Uint8Array(
  await sharp({ create: { width: 5, height: 4, channels: 3, background: '#8040c0' } })
    .png()
    .toBuffer(),
)

/** May connect to the servers of tests. */
export const local = openImageFetcher({ allowPrivate: true })

/** What a name server answers with. */
export const found = (...addresses: readonly string[]): readonly LookupAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

/** What an attempt fails with. */
export async function failureOf(attempt: Promise<unknown>): Promise<RemoteImageError> {
  try {
    await attempt
  } catch (error) {
    if (error instanceof RemoteImageError) return error
    throw error
  }
  throw new TypeError('nothing failed')
}
