import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createGroupCommit } from '../../../integrations/queue/groupCommit.ts'

describe('a group commit', () => {
  test('takes what is added in one turn of the event loop together, in order', async () => {
    const commits: number[][] = []
    const group = createGroupCommit<number>(async (items) => void commits.push([...items]), 100)
    await Promise.all([1, 2, 3].map(group.add))
    await group.add(4)
    expect(commits).toEqual([[1, 2, 3], [4]])
  })

  test('takes what was added during a commit with the next', async () => {
    const commits: number[][] = []
    const later: Promise<void>[] = []
    const group = createGroupCommit<number>(async (items) => {
      commits.push([...items])
      if (commits.length === 1) later.push(group.add(2), group.add(3))
    }, 100)
    await group.add(1)
    await Promise.all(later)
    expect(commits).toEqual([[1], [2, 3]])
  })

  test('takes no more than its most at a time, and lets the event loop turn in between', async () => {
    const events: string[] = []
    const group = createGroupCommit<number>(async (items) => void events.push(`commit ${items.length}`), 2)
    const adding = Promise.all([1, 2, 3, 4, 5].map(group.add))
    for (const turn of [1, 2, 3]) {
      await setImmediate()
      events.push(`turn ${turn}`)
    }
    await adding
    expect(events).toEqual(['commit 2', 'turn 1', 'commit 2', 'turn 2', 'commit 1', 'turn 3'])
  })

  test('that fails tells all who were in it, and nobody else', async () => {
    let commits = 0
    const group = createGroupCommit<number>(async () => {
      commits += 1
      if (commits === 1) throw new Error('the disk is full')
    }, 2)
    const results = await Promise.allSettled([1, 2, 3].map(group.add))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  })

  test('is settled when all is committed, failed or not', async () => {
    const group = createGroupCommit<number>(async () => await Promise.reject(new Error('no')), 1)
    const failures = [1, 2].map((item) => group.add(item).catch((error: Error) => error.message))
    await group.settled()
    expect(await Promise.all(failures)).toEqual(['no', 'no'])
    await group.settled()
  })
})
