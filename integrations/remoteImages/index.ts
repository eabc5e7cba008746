/**
 * Images that are not ours, at addresses that somebody else chose: such an address may point at what only this machine can
 * reach, lead there by redirects or names, never end, or be no image at all.
 */
export type { Resolve } from './addressGuard.ts'
export { isDataUri, readDataImage } from './dataImage.ts'
export { RemoteImageError } from './errors.ts'
export {
  defaultMaximumBytes,
  type ImageFetcher,
  type ImageFetcherOptions,
  type ImageRequest,
  openImageFetcher,
} from './imageFetcher.ts'
