/** A segmenter cannot be built: an impossible shape, or a tensor that is missing. */
export class SegmenterError extends Error {
  override readonly name = 'SegmenterError'
}
