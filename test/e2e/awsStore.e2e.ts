import { createHash } from 'node:crypto'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { AlreadyExistsError, ChangedError } from '../../integrations/storage/index.ts'
import { openS3Store } from '../../integrations/storage/s3.ts'
import { collect, describeStore } from '../contract/store.ts'
import { type Moto, startMoto } from './support/moto.ts'

let moto: Moto
let client: S3Client
let buckets = 0
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

beforeAll(async () => {
  moto = await startMoto()
  client = newClient()
})
afterAll(async () => {
  client?.destroy()
  await moto?.close()
})

function newClient(): S3Client {
  return new S3Client({ ...moto.clientOptions, forcePathStyle: true })
}
async function freshBucket(): Promise<string> {
  const bucket = `bucket-${buckets++}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return bucket
}

describeStore({ name: 'S3', open: async () => ({ store: openS3Store({ client, bucket: await freshBucket() }) }) })

describe('many writers of several clients at one bucket', () => {
  /** Two stores of one bucket, as two processes have them. */
  const twoStores = async () => {
    const bucket = await freshBucket()
    const second = newClient()
    onTestFinished(() => second.destroy())
    return [openS3Store({ client, bucket }), openS3Store({ client: second, bucket })] as const
  }

  test('make one creation of a hundred', async () => {
    const [one, other] = await twoStores()
    const attempts = Array.from({ length: 100 }, (_, index) =>
      (index % 2 ? one : other).create('a', bytesOf(`${index}`)),
    )
    const outcomes = await Promise.allSettled(attempts)
    const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [`${index}`] : []))
    expect(winners).toEqual([new TextDecoder().decode((await one.get('a'))?.bytes)])
    const losses = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(losses.every((reason) => reason instanceof AlreadyExistsError)).toBe(true)
  })

  test('make one replacement of a hundred', async () => {
    const [one, other] = await twoStores()
    const etag = await one.create('a', bytesOf('before'))
    const attempts = Array.from({ length: 100 }, (_, index) =>
      (index % 2 ? one : other).replace('a', bytesOf(`${index}`), etag),
    )
    const outcomes = await Promise.allSettled(attempts)
    const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [`${index}`] : []))
    expect(winners).toEqual([new TextDecoder().decode((await one.get('a'))?.bytes)])
    const losses = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(losses.every((reason) => reason instanceof ChangedError)).toBe(true)
  })
})

describe('the S3 store', () => {
  test('lists more keys and folders than one answer of S3 holds', async () => {
    const store = openS3Store({ client, bucket: await freshBucket() })
    const folders = Array.from({ length: 1203 }, (_, index) => `many/${String(index).padStart(5, '0')}/`)
    await Promise.all(folders.map((folder) => store.create(`${folder}a`, bytesOf('x'))))
    expect(await collect(store.list('many/'))).toEqual(folders.map((folder) => `${folder}a`))
    expect(await collect(store.folders('many/'))).toEqual(folders)
  })

  test('passes over what others put into the bucket under names that are no keys', async () => {
    const bucket = await freshBucket()
    const store = openS3Store({ client, bucket })
    for (const Key of ['a/', 'A/b', 'a/B.txt', '.hidden/a', 'a//b', 'a b/c'])
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))
    await store.create('a/b', bytesOf('x'))
    expect(await collect(store.list(''))).toEqual(['a/b'])
    expect(await collect(store.folders(''))).toEqual(['a/'])
  })

  test('keeps an object as large as a factory graph, written and read at once', async () => {
    const store = openS3Store({ client, bucket: await freshBucket() })
    const large = new Uint8Array(130_000_000)
    for (let index = 0; index < large.length; index += 4099) large[index] = index % 251
    const etag = await store.create('factory.onnx', large)
    expect(await store.head('factory.onnx')).toEqual({ etag, size: large.length })
    const sha256 = (bytes: Uint8Array | undefined) =>
      createHash('sha256')
        .update(bytes ?? '')
        .digest('hex')
    expect(sha256((await store.get('factory.onnx'))?.bytes)).toBe(sha256(large))
    await expect(store.create('factory.onnx', large)).rejects.toThrow(AlreadyExistsError)
  })
})
