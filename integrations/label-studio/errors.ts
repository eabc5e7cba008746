import { PlatformError, PlatformUnavailableError } from '../platform/index.ts'

/** Label Studio said no. */
export class RefusedError extends PlatformError {
  override readonly name = 'RefusedError'
  /** The status of its answer. */
  readonly status: number
  /** What it said, secrets taken out. */
  readonly detail: string

  constructor(message: string, status: number, detail: string) {
    super(message)
    this.status = status
    this.detail = detail
  }
}

/** Label Studio gave no answer that says whether the request was done. */
export class UnansweredError extends PlatformUnavailableError {
  /** Whether the request may have got there: where not, it was certainly not done. */
  readonly reached: boolean
  /** What it said of its failure, secrets taken out; empty where it said nothing. */
  readonly detail: string

  constructor(message: string, reached: boolean, detail = '') {
    super(message)
    this.reached = reached
    this.detail = detail
  }
}
