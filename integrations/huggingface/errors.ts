/** Why there is no draft. */
export type DraftReason =
  | /** The settings cannot work: a part that does not exist, a provider that gives no parts, … */ 'settings'
  | /** The token is missing, wrong, or not allowed to. */ 'token'
  | /** There is no such model, or nobody serves it. */ 'model'
  | /** The model is being loaded, and that takes longer than a draft may. */ 'loading'
  | /** The service has too much to do, or has a fault for the moment. */ 'busy'
  | /** The service does not take the request, and would not take it a second time. */ 'refused'
  | 'unreachable'
  | 'timeout'
  | /** The drafter was stopped. */ 'stopped'
  | /** The answer is not what image segmentation answers. */ 'answer'

/**
 * An image that was not drafted. It has no cause: errors of the client and of the network carry headers, and with them
 * the token.
 */
export class DraftError extends Error {
  override readonly name = 'DraftError'
  readonly reason: DraftReason

  constructor(reason: DraftReason, message: string) {
    super(message)
    this.reason = reason
  }
}
