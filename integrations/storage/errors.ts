/** What every error of the store has in common: it names the key, where there is one, and keeps its cause. */
export class StorageError extends Error {
  override readonly name: string = 'StorageError'
  readonly key: string | undefined

  constructor(message: string, options: { key?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.key = options.key
  }
}

/** A key that no store takes: it would leave the store, or could not be kept on every file system. */
export class InvalidKeyError extends StorageError {
  override readonly name = 'InvalidKeyError'
}

/** `create` of a key that exists already. What is there stays as it is. */
export class AlreadyExistsError extends StorageError {
  override readonly name = 'AlreadyExistsError'

  constructor(key: string) {
    super(`${key} exists already: read it, and replace what was read`, { key })
  }
}

/** `replace` of an object that is no longer the one that was read. What is there stays as it is. */
export class ChangedError extends StorageError {
  override readonly name = 'ChangedError'

  /** @param actual etag of what is there now; undefined where nothing is */
  constructor(key: string, expected: string, actual: string | undefined) {
    const found = actual === undefined ? 'it is gone' : `it is at ${actual} now`
    super(`${key} was changed by another writer since it was read at ${expected} (${found}): read it again`, { key })
  }
}

/** `ensure` of bytes where other bytes stand: a job that must be repeatable was not. */
export class DifferentContentError extends StorageError {
  override readonly name = 'DifferentContentError'

  constructor(key: string) {
    const why = 'the job that made it was run again with other inputs, another device or another runtime version'
    super(`${key} exists with other content: ${why}; start a new run`, { key })
  }
}

/** An object that has to be there is not. */
export class MissingError extends StorageError {
  override readonly name = 'MissingError'

  constructor(key: string) {
    super(`${key} does not exist in this store: check the project's name and folder`, { key })
  }
}

/** A stored object that is not the record its key promises, or a value that may not be stored there. */
export class InvalidRecordError extends StorageError {
  override readonly name = 'InvalidRecordError'

  constructor(key: string, problem: string, cause?: unknown) {
    super(`${key} is not a valid record: ${problem}`, { key, cause })
  }
}

/** A writer that came too late again and again. */
export class ContentionError extends StorageError {
  override readonly name = 'ContentionError'

  constructor(key: string, attempts: number, cause: unknown) {
    const advice = 'stop the other writers or try again later'
    super(`${key} was changed by other writers in each of ${attempts} attempts to update it: ${advice}`, { key, cause })
  }
}

/** A lease that expired and was taken by another holder meanwhile. */
export class LeaseLostError extends StorageError {
  override readonly name = 'LeaseLostError'

  constructor(key: string) {
    super(`${key}: the lease expired and is another's now; whatever it guards has to be looked at again`, { key })
  }
}
