/**
 * The store in a bucket of S3. Writes are conditional (If-None-Match, If-Match), so S3 itself decides between writers; an
 * object appears whole or not at all, since each is one PutObject: up to 5 GiB, which no object here comes near, and
 * without parts of broken uploads that somebody would have to clear away.
 *
 * A write whose answer was lost is sent again by the SDK, and then meets itself. So each write leaves a mark of its own in
 * the object's metadata: what is refused is looked at, and where it bears the mark, it was this write that came first.
 *
 * The role needs s3:GetObject, s3:PutObject, s3:DeleteObject, and s3:ListBucket, without which S3 answers "forbidden" for an
 * object that is not there.
 */
import { createHash, randomUUID } from 'node:crypto'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { awsFailure, explainAwsFailure } from '../aws/failure.ts'
import { defaultPatience, type Patience, pauseAfter } from '../aws/patience.ts'
import { AlreadyExistsError, ChangedError, StorageError } from './errors.ts'
import type { Store, StoredObject } from './index.ts'
import { checkFolder, checkKey, checkPrefix, isStep, maximumKeyLength } from './key.ts'

export interface S3StoreOptions {
  /** Holds region, credentials and the SDK's own retries. */
  readonly client: S3Client
  readonly bucket: string
  readonly patience?: Partial<Patience>
  /** Makes the marks of writes: unique. */
  readonly newId?: () => string
}

/** What one PutObject takes. */
const maximumBytes = 5 * 2 ** 30

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-etag */
const etagForm = /^"[\x21\x23-\x7e]+"$/

/** How a conditional write ended: with the new etag, or refused with the etag of what is there, if anything is. */
type Outcome = { readonly written: string } | { readonly refused: string | undefined }

/** Opens the store in a bucket, which must be there. Nothing is asked before the first call. */
export function openS3Store({ client, bucket, newId = randomUUID, ...options }: S3StoreOptions): Store {
  const patience: Patience = { ...defaultPatience, ...options.patience }
  const Bucket = bucket

  const attempt = async <T>(what: string, key: string | undefined, action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      if (error instanceof StorageError) throw error
      const message = `could not ${what} in the bucket ${bucket}: ${explainAwsFailure(awsFailure(error))}`
      throw new StorageError(message, key === undefined ? {} : { key })
    }
  }

  const look = (key: string): Promise<HeadObjectCommandOutput | undefined> =>
    unlessMissing(client.send(new HeadObjectCommand({ Bucket, Key: key })))

  const read = async (key: string): Promise<StoredObject | undefined> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await unlessMissing(
        client.send(new GetObjectCommand({ Bucket, Key: key, ChecksumMode: 'ENABLED' })),
      )
      if (answer === undefined) return undefined
      try {
        // The SDK compares the checksum while it reads, and fails where it differs.
        const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array()
        return { bytes: unshared(bytes), etag: etagOf(answer, key) }
      } catch (error) {
        if (error instanceof StorageError) throw error
        if (tries >= patience.tries) {
          throw new StorageError(
            `could not read ${key} in the bucket ${bucket}: its bytes came incomplete or damaged ${tries} times; check the network`,
            { key },
          )
        }
      }
      await pauseAfter(tries, patience)
    }
  }

  const write = async (
    key: string,
    bytes: Uint8Array,
    condition: { readonly IfNoneMatch: '*' } | { readonly IfMatch: string },
  ): Promise<Outcome> => {
    if (bytes.length > maximumBytes) {
      throw new StorageError(`${key} has ${bytes.length} bytes; one object takes ${maximumBytes}: split it`, { key })
    }
    const mark = newId()
    const command = {
      Bucket,
      Key: key,
      Body: bytes,
      ChecksumAlgorithm: 'SHA256' as const,
      ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
      Metadata: { write: mark },
      ...condition,
    }
    for (let tries = 1; ; tries += 1) {
      try {
        return { written: etagOf(await client.send(new PutObjectCommand(command)), key) }
      } catch (error) {
        const { code, status } = awsFailure(error)
        // Another write of the same object is under way: only its end says which of the two counts.
        const isConflict = status === 409 && tries < patience.tries
        if (status === 412 || code === 'NoSuchKey') {
          const there = await look(key)
          const etag = there && etagOf(there, key)
          return etag !== undefined && there?.Metadata?.write === mark ? { written: etag } : { refused: etag }
        }
        if (!isConflict) throw error
      }
      await pauseAfter(tries, patience)
    }
  }

  async function* pages(query: Partial<ListObjectsV2CommandInput>): AsyncGenerator<ListObjectsV2CommandOutput> {
    let ContinuationToken: string | undefined
    do {
      const command = new ListObjectsV2Command({ Bucket, ...query, ContinuationToken })
      const page = await attempt(`list ${query.Prefix || 'everything'}`, undefined, () => client.send(command))
      yield page
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
  }

  return {
    get: async (key) => await attempt(`read ${checkKey(key)}`, key, () => read(key)),

    head: async (key) =>
      await attempt(`read ${checkKey(key)}`, key, async () => {
        const there = await look(key)
        return there && { etag: etagOf(there, key), size: there.ContentLength ?? 0 }
      }),

    create: async (key, bytes) =>
      await attempt(`write ${checkKey(key)}`, key, async () => {
        const outcome = await write(key, bytes, { IfNoneMatch: '*' })
        if ('written' in outcome) return outcome.written
        throw new AlreadyExistsError(key)
      }),

    replace: async (key, bytes, etag) =>
      await attempt(`write ${checkKey(key)}`, key, async () => {
        // Left out or `*`, the condition would hold for any object.
        const outcome = etagForm.test(etag)
          ? await write(key, bytes, { IfMatch: etag })
          : { refused: (await look(key))?.ETag }
        if ('written' in outcome) return outcome.written
        throw new ChangedError(key, etag, outcome.refused)
      }),

    async *list(prefix) {
      for await (const { Contents } of pages({ Prefix: checkPrefix(prefix) }))
        for (const { Key } of Contents ?? []) if (Key !== undefined && isKey(Key)) yield Key
    },

    async *folders(folder) {
      for await (const { CommonPrefixes } of pages({ Prefix: checkFolder(folder), Delimiter: '/' }))
        for (const { Prefix } of CommonPrefixes ?? [])
          if (Prefix !== undefined && isKey(Prefix.slice(0, -1))) yield Prefix
    },

    remove: async (key) =>
      await attempt(`remove ${checkKey(key)}`, key, async () => {
        await client.send(new DeleteObjectCommand({ Bucket, Key: key }))
      }),
  }
}

/** Others may put into a bucket what can be no key here; it is passed over, as strange files are. */
const isKey = (key: string): boolean => key.length <= maximumKeyLength && key.split('/').every(isStep)

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    const { code } = awsFailure(error)
    // HeadObject has no body that could say more than "not found".
    if (code === 'NoSuchKey' || code === 'NotFound') return undefined
    throw error
  }
}

function etagOf({ ETag }: { readonly ETag?: string | undefined }, key: string): string {
  if (ETag !== undefined && ETag !== '') return ETag
  throw new StorageError(`the answer of S3 about ${key} has no ETag: is the endpoint one of S3?`, { key })
}

/** A Buffer may be a view of memory that others use. */
const unshared = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes)
