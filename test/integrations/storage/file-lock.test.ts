import promises from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFileLock, type FileLock } from '../../../integrations/storage/file-lock.ts'
import type { FileSystem } from '../../../integrations/storage/file-system.ts'
import { ownIdentity } from '../../../integrations/storage/process-identity.ts'
import { createTemporaryFiles } from '../../../integrations/storage/temporary-files.ts'
import { emptyFolder } from './folder.ts'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const lockIn = async (root: string, files: FileSystem = promises, wait = nextTurn): Promise<FileLock> => {
  const self = await ownIdentity()
  const folder = (name: string) => async (): Promise<string> => {
    await promises.mkdir(join(root, name), { recursive: true })
    return join(root, name)
  }
  const temporary = createTemporaryFiles({ folder: folder('temporary'), files, self, now: Date.now })
  return createFileLock({ folder: folder('lock'), files, temporary, self, now: Date.now, wait, patience: 60_000 })
}

test('lets one holder in at a time, of many locks on one folder', async () => {
  const root = await emptyFolder()
  const locks = await Promise.all(Array.from({ length: 5 }, () => lockIn(root)))
  let inside = 0
  let most = 0
  const visit = async (): Promise<void> => {
    inside++
    most = Math.max(most, inside)
    await promises.readdir(root)
    inside--
  }
  await Promise.all(locks.flatMap((lock) => Array.from({ length: 10 }, () => lock.hold(visit))))
  expect(most).toBe(1)
  expect(await promises.readdir(join(root, 'lock'))).toHaveLength(1)
})

test('hands on what the action returns or throws, and is free afterwards', async () => {
  const lock = await lockIn(await emptyFolder())
  expect(await lock.hold(async () => 'result')).toBe('result')
  await expect(lock.hold(() => Promise.reject(new Error('of the action')))).rejects.toThrow('of the action')
  expect(await lock.hold(async () => 'again')).toBe('again')
})

test('is not taken twice by one who acts on an old view of the folder', async () => {
  const root = await emptyFolder()
  const quick = await lockIn(root)
  await quick.hold(async () => undefined)

  // Slow reads turn 1 as free; before it links turn 2, others take turns 2 and 3, and 3 is held.
  const released = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const events: string[] = []
  let overtaken = false
  const overtake = async (): Promise<void> => {
    if (overtaken) return
    overtaken = true
    await quick.hold(async () => undefined)
    void quick.hold(async () => {
      events.push('quick in')
      held.resolve()
      await released.promise
      events.push('quick out')
    })
    await held.promise
  }
  const link: FileSystem['link'] = async (from, to) => {
    await overtake()
    await promises.link(from, to)
    // Slow has succeeded in linking a number that was used before: it must notice.
    if (String(to).endsWith('/2')) {
      expect((await promises.readdir(join(root, 'lock'))).sort()).toEqual(['2', '3'])
    }
  }
  const slow = await lockIn(root, { ...promises, link }, () => {
    released.resolve()
    return nextTurn()
  })
  await slow.hold(async () => {
    events.push('slow in')
  })
  expect(events).toEqual(['quick in', 'quick out', 'slow in'])
})
