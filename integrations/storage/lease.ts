/**
 * A lease: one holder at a time, for as long as it renews it. It lies in the store, so it holds between machines; that of a
 * holder who was killed expires. Clocks that differ by less than a few seconds are good enough.
 */
import { z } from 'zod'
import { AlreadyExistsError, ChangedError, LeaseLostError } from './errors.ts'
import type { Store } from './index.ts'
import { encodeJson, getJson } from './json.ts'

const LeaseRecord = z.object({
  holder: z.string().min(1),
  /** Milliseconds since 1970. */
  expiresAt: z.number().min(0),
})

export interface LeaseOptions {
  /** Unique to this attempt, not only to this process. */
  readonly holder: string
  /** After which the lease is anybody's, unless renewed. */
  readonly seconds: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Ends early, by throwing the signal's reason, when the signal is aborted. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>
  readonly signal?: AbortSignal | undefined
}

/**
 * Does something while holding the lease, which is renewed all the time.
 * @param action gets a signal that is aborted when the lease is lost, or with the given one
 * @throws what the action throws; LeaseLostError, StorageError; the signal's reason
 */
export async function whileHolding<Result>(
  store: Store,
  key: string,
  options: LeaseOptions,
  action: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const lease = await takeLease(store, key, options)
  const lost = new AbortController()
  const over = new AbortController()
  const keepRenewing = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await options.wait((1000 * options.seconds) / 3, over.signal).catch(() => undefined)
      if (!over.signal.aborted) await lease.renew()
    }
  }
  const keeper = keepRenewing().catch((error: unknown) => lost.abort(error))
  const held = AbortSignal.any([lost.signal, ...(options.signal === undefined ? [] : [options.signal])])
  try {
    return await action(held)
  } catch (error) {
    // Whatever the action says of having been interrupted, this is why.
    throw held.aborted ? held.reason : error
  } finally {
    over.abort()
    await keeper
    // One that is not given up expires; what came of the action counts.
    await lease.release().catch(() => undefined)
  }
}

export interface Lease {
  /** Puts the end off, from now. @throws LeaseLostError where it expired and another holder took it */
  renew(): Promise<void>
  /** Gives it up; does nothing where it is another's by now. */
  release(): Promise<void>
}

/**
 * Waits until nobody else holds the lease, and takes it.
 * @throws the signal's reason, StorageError
 */
export async function takeLease(store: Store, key: string, options: LeaseOptions): Promise<Lease> {
  const { holder, seconds, now, wait, signal } = options
  let seen: { readonly etag: string | undefined; readonly since: number } = { etag: undefined, since: now() }
  for (;;) {
    signal?.throwIfAborted()
    const there = await getJson(store, key, LeaseRecord)
    if (there?.etag !== seen.etag) seen = { etag: there?.etag, since: now() }
    // One that nobody renews for its whole time is nobody's, even where a clock that was ahead put its end into the far future.
    const end = Math.min(there?.value.expiresAt ?? 0, seen.since + 1000 * seconds)
    const left = there?.value.holder === holder ? 0 : end - now()
    if (left > 0) {
      await wait(Math.min(left, 1000), signal)
      continue
    }
    const etag = await put(store, key, { holder, expiresAt: now() + 1000 * seconds }, there?.etag)
    if (etag !== undefined) return held(store, key, options, etag)
  }
}

function held(store: Store, key: string, { holder, seconds, now }: LeaseOptions, first: string): Lease {
  let etag = first
  return {
    async renew() {
      const next = await put(store, key, { holder, expiresAt: now() + 1000 * seconds }, etag)
      if (next === undefined) throw new LeaseLostError(key)
      etag = next
    },
    async release() {
      await put(store, key, { holder, expiresAt: 0 }, etag)
    },
  }
}

/** @returns the new etag; undefined where somebody else was faster */
async function put(
  store: Store,
  key: string,
  record: z.infer<typeof LeaseRecord>,
  etag: string | undefined,
): Promise<string | undefined> {
  const bytes = encodeJson(key, LeaseRecord, record)
  try {
    return etag === undefined ? await store.create(key, bytes) : await store.replace(key, bytes, etag)
  } catch (error) {
    if (error instanceof AlreadyExistsError || error instanceof ChangedError) return undefined
    throw error
  }
}
