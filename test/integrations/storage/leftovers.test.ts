import { spawnSync } from 'node:child_process'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openFileStore } from '../../../integrations/storage/fs.ts'
import {
  formatIdentity,
  livenessOf,
  ownIdentity,
  type ProcessIdentity,
  parseIdentity,
} from '../../../integrations/storage/process-identity.ts'
import { emptyFolder } from './folder.ts'

const elsewhere: ProcessIdentity = { space: '0123456789abcdef', pid: 1, started: '5' }
const bytes = new Uint8Array([1])
const hour = 3_600_000

/** A process number that was given out and is free again. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid

test('an identity is read back from its text, and nothing else is taken for one', async () => {
  const self = await ownIdentity()
  for (const identity of [self, elsewhere, { ...elsewhere, started: '' }]) {
    expect(parseIdentity(formatIdentity(identity))).toEqual(identity)
  }
  for (const text of ['', 'x', '0123456789abcdef-0-5', '0123456789abcdef-1', '../0123456789abcdef-1-5']) {
    expect(parseIdentity(text)).toBeUndefined()
  }
})

test('a process is alive to itself, an ended one is dead, one of another machine is unknown', async () => {
  const self = await ownIdentity()
  expect(await livenessOf(self, self)).toBe('alive')
  expect(await livenessOf({ ...self, pid: deadPid() }, self)).toBe('dead')
  expect(await livenessOf(elsewhere, self)).toBe('unknown')
})

test.runIf(process.platform === 'linux')(
  'a later process of the same number is not taken for the earlier',
  async () => {
    const self = await ownIdentity()
    expect(await livenessOf({ ...self, pid: process.ppid, started: '1' }, self)).toBe('dead')
  },
)

test('the first write sweeps out what dead writers left, and leaves what others may still need', async () => {
  const folder = await emptyFolder()
  const temporary = join(folder, '.store/temporary')
  await mkdir(temporary, { recursive: true })
  const self = await ownIdentity()
  const now = Date.now()
  const leave = async (name: string, age: number): Promise<void> => {
    await writeFile(join(temporary, name), 'half')
    await utimes(join(temporary, name), new Date(now - age), new Date(now - age))
  }
  const dead = formatIdentity({ ...self, pid: deadPid() })
  await leave(`${dead}.a`, 0)
  await leave(`${formatIdentity(self)}.b`, 1000 * hour)
  await leave(`${formatIdentity(elsewhere)}.c`, hour)
  await leave(`${formatIdentity(elsewhere)}.d`, 25 * hour)

  const store = await openFileStore(folder, { now: () => now })
  expect(await readdir(temporary)).toHaveLength(4)
  await store.create('a', bytes)
  expect((await readdir(temporary)).sort()).toEqual(
    [`${formatIdentity(elsewhere)}.c`, `${formatIdentity(self)}.b`].sort(),
  )
})

test('a lock of another machine is respected for a while and then given up', async () => {
  const folder = await emptyFolder()
  const began = Date.now()
  const etag = await (await openFileStore(folder)).create('a', bytes)
  await mkdir(join(folder, '.store/lock'))
  await writeFile(join(folder, '.store/lock/41'), `${formatIdentity(elsewhere)} ${began}`)

  const early = await openFileStore(folder, { now: () => began + 19_000, patience: 0 })
  await expect(early.replace('a', new Uint8Array([2]), etag)).rejects.toThrow('the store is locked by another process')
  const late = await openFileStore(folder, { now: () => began + 21_000, patience: 0 })
  await late.replace('a', new Uint8Array([2]), etag)
  expect(await readdir(join(folder, '.store/lock'))).toEqual(['42'])
})
