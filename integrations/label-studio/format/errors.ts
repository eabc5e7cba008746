/** A label configuration that cannot be read or used at all. The message says what was found and what to do. */
export class LabelConfigError extends Error {
  override readonly name = 'LabelConfigError'
}

/** The mask of one region that cannot be read. The message says what was found, and fits behind the region's name. */
export class MaskError extends Error {
  override readonly name = 'MaskError'
}

/** Why what was painted cannot be used, in whole sentences. */
export class UnusableError extends Error {
  override readonly name = 'UnusableError'
}
