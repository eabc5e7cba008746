import { describe, expect, test } from 'vitest'
import { createWatch } from '../../../../functions/edge/pages/watch.ts'

/** A watch over a value, whose looks the test decides. */
function setUp(first: string) {
  const world = { value: first, reads: 0, failure: undefined as Error | undefined }
  let wake = (): void => {}
  let looked = Promise.withResolvers<void>()
  const watch = createWatch({
    read: async () => {
      world.reads++
      if (world.failure !== undefined) throw world.failure
      return world.value
    },
    same: (before, now) => before === now,
    milliseconds: 1000,
    wait: (_, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve
        signal.addEventListener('abort', () => reject(signal.reason))
        looked.resolve()
      }),
  })
  return {
    world,
    watch,
    /** Looks once more, and waits until that is done. */
    async lookAgain(): Promise<void> {
      looked = Promise.withResolvers()
      wake()
      await looked.promise
    },
  }
}

const next = async (following: AsyncGenerator<string, void, undefined>): Promise<string | undefined> => {
  const { value } = await following.next()
  return value ?? undefined
}

describe('a watch', () => {
  test('tells what is there, and then what it changes to', async () => {
    const { world, watch, lookAgain } = setUp('a')
    const following = watch.follow(new AbortController().signal)
    expect(await next(following)).toBe('a')
    const change = next(following)
    await lookAgain()
    world.value = 'b'
    await lookAgain()
    expect(await change).toBe('b')
    await following.return()
  })

  test('reads once for fifty who follow', async () => {
    const { world, watch, lookAgain } = setUp('a')
    const followers = Array.from({ length: 50 }, () => watch.follow(new AbortController().signal))
    await Promise.all(followers.map(next))
    const changes = followers.map(next)
    world.value = 'b'
    await lookAgain()
    expect(await Promise.all(changes)).toEqual(new Array(50).fill('b'))
    expect(world.reads).toBe(2)
    await Promise.all(followers.map((follower) => follower.return()))
  })

  test('gives one who is slow the newest', async () => {
    const { world, watch, lookAgain } = setUp('a')
    const following = watch.follow(new AbortController().signal)
    await next(following)
    world.value = 'b'
    await lookAgain()
    world.value = 'c'
    await lookAgain()
    expect(await next(following)).toBe('c')
    await following.return()
  })

  test('ends for one who leaves, goes on for the others, and rests when all have left', async () => {
    const { world, watch, lookAgain } = setUp('a')
    const leaving = new AbortController()
    const [first, second] = [watch.follow(leaving.signal), watch.follow(new AbortController().signal)]
    await Promise.all([next(first), next(second)])
    const end = first.next()
    leaving.abort()
    expect(await end).toEqual({ done: true, value: undefined })
    const change = next(second)
    world.value = 'b'
    await lookAgain()
    expect(await change).toBe('b')
    await second.return()
    expect(world.reads).toBe(2)
    // Who comes after the rest is told what is there by then.
    world.value = 'c'
    const third = watch.follow(new AbortController().signal)
    expect(await next(third)).toBe('c')
    await third.return()
  })

  test('that cannot read tells all who follow, and begins anew with the next', async () => {
    const { world, watch, lookAgain } = setUp('a')
    const [first, second] = [0, 1].map(() => watch.follow(new AbortController().signal))
    if (first === undefined || second === undefined) throw new Error('two follow')
    await Promise.all([next(first), next(second)])
    const ends = Promise.allSettled([next(first), next(second)])
    world.failure = new Error('the disk is away')
    void lookAgain()
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    world.failure = undefined
    const third = watch.follow(new AbortController().signal)
    expect(await next(third)).toBe('a')
    await third.return()
  })
})
