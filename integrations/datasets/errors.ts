/** Seed annotations that cannot be used. The message names the file, what was found in it and what to do. */
export class SeedsError extends Error {
  override readonly name = 'SeedsError'
}

/** A dataset that cannot be written. Nothing is left half-written: the folder is as it was. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError'
}
