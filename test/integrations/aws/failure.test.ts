import { S3ServiceException } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { awsFailure, explainAwsFailure } from '../../../integrations/aws/failure.ts'

const secret = 'wJalrXUtnFEMI'
/** An error as the SDK makes it of an answer. */
const answered = (name: string, httpStatusCode: number, requestId = 'TX234S0F24A06C7') =>
  new S3ServiceException({ name, $fault: 'client', message: `of ${secret}`, $metadata: { httpStatusCode, requestId } })
const failed = (properties: object): Error => Object.assign(new Error(`to ${secret}`), properties)

describe('an error of AWS', () => {
  test('is read from an answer', () => {
    expect(awsFailure(answered('AccessDenied', 403))).toEqual({
      code: 'AccessDenied',
      status: 403,
      requestId: 'TX234S0F24A06C7',
    })
  })

  test('is read from the network', () => {
    const failure = awsFailure(failed({ code: 'ECONNREFUSED', $metadata: { attempts: 3 } }))
    expect(failure).toEqual({ code: 'ECONNREFUSED', status: undefined, requestId: undefined })
  })

  test.each([undefined, null, secret, { name: secret }, new Error(secret), failed({ code: 7, $metadata: secret })])(
    'may be anything: %#',
    (error) => expect(explainAwsFailure(awsFailure(error))).toBe('it is refused (unknown)'),
  )

  test.each([
    answered(`name with ${secret}`, 400),
    answered(`${secret}/with+signs=`, 400),
    answered('AccessDenied', 403, `a request of ${secret}`),
    failed({ code: `EVIL ${secret}` }),
  ])('never shows a text that is not a name: %#', (error) => {
    expect(explainAwsFailure(awsFailure(error))).not.toContain(secret)
  })
})

describe('the explanation', () => {
  test.each([
    [
      'AccessDenied',
      403,
      'the role may not do this: allow the action in its policy (AccessDenied, status 403, request r)',
    ],
    ['ThrottlingException', 400, 'slow down'],
    ['QueueDoesNotExist', 400, 'no such queue'],
    ['StateMachineDoesNotExist', 400, 'no such state machine'],
    ['SomethingNew', 503, 'the service fails: do the same again later (SomethingNew, status 503'],
    ['SomethingNew', 400, 'it is refused (SomethingNew, status 400'],
  ])('of %s says what to do', (code, status, text) => {
    expect(explainAwsFailure({ code, status, requestId: 'r' })).toContain(text)
  })
})
