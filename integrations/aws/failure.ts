/**
 * Errors of AWS's SDK carry the request with its signature, and services repeat signed headers and key ids in their texts.
 * So neither goes any further: what is told is what is listed here.
 */

/** What went wrong at a service of AWS, and nothing that was sent to it. */
export interface AwsFailure {
  /** `AccessDenied`, `SlowDown`; where there was no answer the network's: `ECONNREFUSED`. */
  readonly code: string
  /** HTTP status of the answer; undefined where there was none. */
  readonly status: number | undefined
  /** What AWS's support asks for. */
  readonly requestId: string | undefined
}

const noAnswer = 'the service cannot be reached: check network, region and endpoint'
const expired = 'the credentials have expired: renew them'
const refused = 'the credentials are not accepted: check which ones this process finds'
const busy = 'the service is asked for too much: slow down, or do the same again later'

const remedies: Readonly<Record<string, string>> = Object.freeze({
  AccessDenied: 'the role may not do this: allow the action in its policy',
  AccessDeniedException: 'the role may not do this: allow the action in its policy',
  'AWS.SimpleQueueService.NonExistentQueue': 'there is no such queue: check its URL and region',
  QueueDoesNotExist: 'there is no such queue: check its URL and region',
  NoSuchBucket: 'there is no such bucket: check its name and region',
  PermanentRedirect: 'the bucket lies in another region: set that region',
  StateMachineDoesNotExist: 'there is no such state machine: check its ARN',
  CredentialsProviderError: 'no credentials were found: give the process a role, or set them in its environment',
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  RequestExpired: expired,
  InvalidAccessKeyId: refused,
  InvalidClientTokenId: refused,
  UnrecognizedClientException: refused,
  SignatureDoesNotMatch: refused,
  RequestTimeTooSkewed: "this machine's clock is wrong: set it",
  SlowDown: busy,
  ThrottlingException: busy,
  RequestThrottled: busy,
  BadDigest: 'the bytes were damaged on the way: do the same again',
  ECONNREFUSED: noAnswer,
  ECONNRESET: noAnswer,
  ENOTFOUND: noAnswer,
  EAI_AGAIN: noAnswer,
  EPIPE: noAnswer,
  ETIMEDOUT: noAnswer,
  TimeoutError: noAnswer,
})

/** Names and codes are short words; whatever else stands in their place may hold anything. */
const word = /^[A-Za-z][A-Za-z0-9._#-]{0,79}$/
const wordIn = (object: object, name: string): string | undefined => {
  const value: unknown = Reflect.get(object, name)
  return typeof value === 'string' && word.test(value) ? value : undefined
}

/** Reads an error of the SDK, or whatever else was thrown. */
export function awsFailure(error: unknown): AwsFailure {
  if (!(error instanceof Error)) return { code: 'unknown', status: undefined, requestId: undefined }
  const metadata: unknown = Reflect.get(error, '$metadata')
  const answer = typeof metadata === 'object' && metadata !== null ? metadata : {}
  const status: unknown = Reflect.get(answer, 'httpStatusCode')
  const requestId: unknown = Reflect.get(answer, 'requestId')
  const name = wordIn(error, 'name')
  return {
    code: (name === 'Error' ? wordIn(error, 'code') : name) ?? 'unknown',
    status: typeof status === 'number' ? status : undefined,
    requestId: typeof requestId === 'string' && /^[\w+/=-]{1,128}$/.test(requestId) ? requestId : undefined,
  }
}

/** What went wrong and what to do, for an error's text: `the role may not do this: … (AccessDenied, status 403, request …)`. */
export function explainAwsFailure({ code, status, requestId }: AwsFailure): string {
  const details = [
    code,
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
  ]
  const fault = status !== undefined && status >= 500 ? 'the service fails: do the same again later' : 'it is refused'
  return `${remedies[code] ?? fault} (${details.join(', ')})`
}
