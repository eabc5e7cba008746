/**
 * An image that is not ours cannot be read. Says why and what to do; never holds a query, which may be a signature, a token,
 * or a cause that might.
 */
export class RemoteImageError extends Error {
  override readonly name = 'RemoteImageError'
  /** Whether trying later may help: nobody answered, or not now. Where not, somebody has to change something first. */
  readonly mayPass: boolean

  constructor(message: string, options: { readonly mayPass?: boolean } = {}) {
    super(message)
    this.mayPass = options.mayPass ?? false
  }
}
