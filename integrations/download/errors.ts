/** A file cannot be downloaded. Says why and what to do; never holds a secret, a query, or a cause that might. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError'
}

/** What another attempt may get over: a dropped connection, a busy server, a file that changed on the way. */
export class PassingError extends Error {
  override readonly name = 'PassingError'
  /** Seconds after which the server says to come again. */
  readonly seconds: number | undefined

  constructor(message: string, seconds?: number) {
    super(message)
    this.seconds = seconds
  }
}
