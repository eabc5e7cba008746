/** A checkpoint cannot be read, or holds a network that is not supported. Says what was found and what to do. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError'
}
