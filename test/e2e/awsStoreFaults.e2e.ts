/** What the store in S3 does where network, service or configuration fail. */
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AlreadyExistsError, ChangedError, StorageError, type Store } from '../../integrations/storage/index.ts'
import { openS3Store } from '../../integrations/storage/s3.ts'
import { collect } from '../contract/store.ts'
import { canaries, printed, refusalOf } from './support/awsRefusals.ts'
import { type Moto, startMoto } from './support/moto.ts'
import { type Fault, type Relay, type RelayedCall, startRelay } from './support/relay.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

let moto: Moto
let relay: Relay
let client: S3Client
let store: Store
let buckets = 0
const pauses: number[] = []

beforeAll(async () => {
  moto = await startMoto()
  relay = await startRelay(moto.endpoint)
  client = new S3Client({
    ...moto.clientOptions,
    endpoint: relay.endpoint,
    credentials: canaries,
    forcePathStyle: true,
  })
})
afterAll(async () => {
  client?.destroy()
  await relay?.close()
  await moto?.close()
})
beforeEach(async () => {
  relay.inflict(() => undefined)
  const bucket = `faults-${buckets++}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  pauses.length = 0
  const wait = async (milliseconds: number) => pauses.push(milliseconds)
  store = openS3Store({ client, bucket, patience: { wait, random: () => 0.5, tries: 4 } })
})

/** Lets the first calls of a method go wrong. */
const first =
  (count: number, method: string, fault: Fault) =>
  (call: RelayedCall): Fault =>
    call.method === method && relay.calls.filter((other) => other.method === method).length <= count ? fault : undefined
const textOf = async (key: string): Promise<string> => new TextDecoder().decode((await store.get(key))?.bytes)

describe('a write whose answer is lost', () => {
  test('is known again as this very creation', async () => {
    relay.inflict(first(1, 'PUT', { kind: 'lose-answer' }))
    const etag = await store.create('a', bytesOf('one'))
    expect(relay.calls.filter(({ method }) => method === 'PUT')).toHaveLength(2)
    expect(await store.get('a')).toEqual({ bytes: bytesOf('one'), etag })
  })

  test('is known again as this very replacement', async () => {
    const before = await store.create('a', bytesOf('one'))
    relay.inflict(first(1, 'PUT', { kind: 'lose-answer' }))
    const etag = await store.replace('a', bytesOf('two'), before)
    expect(await store.get('a')).toEqual({ bytes: bytesOf('two'), etag })
  })

  test("is not taken for another's with the same bytes", async () => {
    await store.create('a', bytesOf('one'))
    await expect(store.create('a', bytesOf('one'))).rejects.toThrow(AlreadyExistsError)
  })

  test('is an error when no answer ever comes', async () => {
    relay.inflict(({ method }) => (method === 'PUT' ? { kind: 'lose-answer' } : undefined))
    await expect(store.create('a', bytesOf('one'))).rejects.toThrow(
      /could not write a in the bucket .* cannot be reached/,
    )
  })
})

describe('two writes at the same time', () => {
  const body = '<Error><Code>ConditionalRequestConflict</Code><Message>at the same time</Message></Error>'
  const conflict: Fault = { kind: 'answer', status: 409, body }

  test('are told apart by another try, after pauses that may double each time', async () => {
    relay.inflict(first(3, 'PUT', conflict))
    await store.create('a', bytesOf('one'))
    expect(await textOf('a')).toBe('one')
    expect(pauses).toEqual([25, 50, 100])
  })

  test('are not tried for ever', async () => {
    relay.inflict(first(100, 'PUT', conflict))
    const refusal = await refusalOf(store.create('a', bytesOf('one')))
    expect(refusal).toBeInstanceOf(StorageError)
    expect(refusal).not.toBeInstanceOf(AlreadyExistsError)
    expect(refusal.message).toContain('ConditionalRequestConflict, status 409')
    expect(relay.calls).toHaveLength(4)
  })
})

describe('an object that comes', () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251)

  test.each(['cut-body', 'damage-body'] as const)('with %s is read again until it is whole', async (kind) => {
    await store.create('a', bytes)
    relay.inflict(first(2, 'GET', { kind }))
    expect((await store.get('a'))?.bytes).toEqual(bytes)
    expect(relay.calls).toHaveLength(3)
  })

  test.each(['cut-body', 'damage-body'] as const)('with %s each time is an error, never bytes', async (kind) => {
    await store.create('a', bytes)
    relay.inflict(() => ({ kind }))
    await expect(store.get('a')).rejects.toThrow(/could not read a .* incomplete or damaged 4 times/)
  })

  test('damaged to S3 is not stored', async () => {
    const body = '<Error><Code>BadDigest</Code><Message>no match</Message></Error>'
    relay.inflict(first(100, 'PUT', { kind: 'answer', status: 400, body }))
    await expect(store.create('a', bytes)).rejects.toThrow('damaged on the way')
    const put = relay.calls.find(({ method }) => method === 'PUT')
    // Of the bytes above, by another program: python3 -c "import base64, hashlib; print(base64.b64encode(hashlib.sha256(bytes(i % 251 for i in range(100000))).digest()))"
    expect(put?.headers['x-amz-checksum-sha256']).toBe('zS32lOQkvHlozDf0d1EBnlygzRvfLkeepTfDocMu4ao=')
  })
})

describe('an etag that is none', () => {
  test.each(['', '*', '""', 'W/"a"', '"a" "b"'])('%j never replaces anything', async (etag) => {
    await store.create('a', bytesOf('one'))
    await expect(store.replace('a', bytesOf('two'), etag)).rejects.toThrow(ChangedError)
    expect(await textOf('a')).toBe('one')
  })
})

describe('errors', () => {
  const answer = (status: number, code: string): Fault => ({
    kind: 'answer',
    status,
    body: `<Error><Code>${code}</Code><Message>of ${Object.values(canaries).join(' and ')}</Message>
      <AWSAccessKeyId>${canaries.accessKeyId}</AWSAccessKeyId><StringToSign>${canaries.sessionToken}</StringToSign></Error>`,
  })
  const operations: readonly [string, () => Promise<unknown>][] = [
    ['get', () => store.get('a')],
    ['head', () => store.head('a')],
    ['create', () => store.create('a', bytesOf('one'))],
    ['replace', () => store.replace('a', bytesOf('one'), '"0123"')],
    ['remove', () => store.remove('a')],
    ['list', () => collect(store.list('a'))],
    ['folders', () => collect(store.folders(''))],
  ]

  test.each(operations)(
    'of %s are StorageErrors that show no credential, however they are printed',
    async (_, call) => {
      relay.inflict(() => answer(403, 'SignatureDoesNotMatch'))
      const refusal = await refusalOf(call())
      expect(refusal).toBeInstanceOf(StorageError)
      for (const canary of Object.values(canaries)) expect(printed(refusal)).not.toContain(canary)
    },
  )

  test.each([
    [403, 'AccessDenied', 'the role may not do this'],
    [403, 'InvalidAccessKeyId', 'the credentials are not accepted'],
    [400, 'ExpiredToken', 'renew them'],
    [403, 'RequestTimeTooSkewed', 'clock is wrong'],
    [301, 'PermanentRedirect', 'another region'],
    [500, 'InternalError', 'the service fails'],
    [503, 'SlowDown', 'slow down'],
    [418, 'SomethingNew', 'it is refused (SomethingNew, status 418)'],
  ])('%d %s says what to do', async (status, code, remedy) => {
    relay.inflict(() => answer(status, code))
    await expect(store.get('a')).rejects.toThrow(remedy)
  })

  test('name a bucket that is not there', async () => {
    const lost = openS3Store({ client, bucket: 'never-made' })
    await expect(lost.get('a')).rejects.toThrow('there is no such bucket: check its name and region')
    await expect(lost.create('a', bytesOf('one'))).rejects.toThrow('never-made')
  })

  test('say when nobody answers', async () => {
    const gone = await startRelay(moto.endpoint)
    await gone.close()
    const nobody = new S3Client({ ...moto.clientOptions, endpoint: gone.endpoint, forcePathStyle: true })
    const refusal = openS3Store({ client: nobody, bucket: 'any' }).get('a')
    await expect(refusal).rejects.toThrow('cannot be reached: check network, region and endpoint (ECONNREFUSED)')
    nobody.destroy()
  })

  test('come when the SDK has tried three times, if it is the service that fails', async () => {
    relay.inflict(() => answer(500, 'InternalError'))
    await refusalOf(store.head('a'))
    expect(relay.calls).toHaveLength(3)
  })
})
