/** What is answered instead of what was asked for; the message is told to whoever asked. */
import { HTTPException } from 'hono/http-exception'

/** A path that cannot name anything, whatever the store holds. */
export class BadPathError extends HTTPException {
  override readonly name = 'BadPathError'

  constructor(message: string, cause?: unknown) {
    super(400, { message, cause })
  }
}

/** A body that is not what the call takes. */
export class BadBodyError extends HTTPException {
  override readonly name = 'BadBodyError'

  constructor(message: string) {
    super(400, { message })
  }
}

/** A path that names something which is not in the store. */
export class NotFoundError extends HTTPException {
  override readonly name = 'NotFoundError'

  constructor(message: string) {
    super(404, { message })
  }
}

/** A path with a wrong key. It says no more than any other path that leads nowhere. */
export class NothingHereError extends HTTPException {
  override readonly name = 'NothingHereError'

  constructor() {
    super(404, { message: 'there is nothing here' })
  }
}

/** Something that cannot be done as things are now. */
export class ConflictError extends HTTPException {
  override readonly name = 'ConflictError'

  constructor(message: string) {
    super(409, { message })
  }
}

/** Something that this server was put together without. */
export class NotOfferedError extends HTTPException {
  override readonly name = 'NotOfferedError'

  constructor(message: string) {
    super(501, { message })
  }
}

/** A body larger than the call takes. */
export class TooLargeError extends HTTPException {
  override readonly name = 'TooLargeError'

  constructor(bytes: number) {
    super(413, { message: `the body is larger than the ${bytes} bytes that this call takes` })
  }
}

/** The queue did not take an event. */
export class QueueRefusedError extends HTTPException {
  override readonly name = 'QueueRefusedError'

  constructor() {
    super(503, { message: 'it could not be queued: the next look at the project finds what happened' })
  }
}

/** A caller without a key, or with one that opens nothing here. */
export class UnauthorizedError extends HTTPException {
  override readonly name = 'UnauthorizedError'

  constructor() {
    super(401, { message: 'an access key is needed: as password of basic authentication, with any user name' })
  }
}

/** A caller whose key opens something else. */
export class ForbiddenError extends HTTPException {
  override readonly name = 'ForbiddenError'

  constructor(message: string) {
    super(403, { message })
  }
}

/** A client that asks faster than it may. */
export class TooManyRequestsError extends HTTPException {
  override readonly name = 'TooManyRequestsError'
  /** Whole seconds after which it may ask again. */
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super(429, { message: `too many requests: ask again in ${retryAfter} s` })
    this.retryAfter = retryAfter
  }
}
