import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../../integrations/queue/database.ts'
import { queueFailure } from '../../../integrations/queue/failure.ts'
import { inTransaction } from '../../../integrations/queue/transaction.ts'
import { freshFile } from './folder.ts'

const atOnce = async (): Promise<void> => undefined
const isClosed = (database: DatabaseSync): void => {
  if (database.isOpen) database.close()
}

/** A table of numbers, seen through two connections that never wait for each other. */
const twoConnections = async (): Promise<[DatabaseSync, DatabaseSync]> => {
  const file = await freshFile()
  const [one, other] = [new DatabaseSync(file), new DatabaseSync(file)]
  onTestFinished(() => [one, other].forEach(isClosed))
  one.exec('PRAGMA journal_mode = WAL; CREATE TABLE number (value INTEGER)')
  return [one, other]
}
const values = (database: DatabaseSync): unknown[] =>
  database
    .prepare('SELECT value FROM number')
    .all()
    .map(({ value }) => value)

describe('the file of a queue', () => {
  // SQLite documents these two settings together as durable over a power loss: https://www.sqlite.org/pragma.html#pragma_synchronous
  test('is opened so that each commit is forced to the disk', async () => {
    const database = await openDatabase(await freshFile(), atOnce)
    onTestFinished(() => isClosed(database))
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
  })

  test('can be made by several at once', async () => {
    const file = await freshFile()
    const databases = await Promise.all(Array.from({ length: 8 }, () => openDatabase(file, atOnce)))
    onTestFinished(() => databases.forEach(isClosed))
    for (const database of databases)
      expect(database.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: 0 })
  })
})

describe('a transaction', () => {
  test('leaves nothing behind when its work throws', async () => {
    const [database] = await twoConnections()
    const work = (): void => {
      database.exec('INSERT INTO number VALUES (1)')
      throw new Error('on the way')
    }
    await expect(inTransaction(database, atOnce, work)).rejects.toThrow('on the way')
    await inTransaction(database, atOnce, () => database.exec('INSERT INTO number VALUES (2)'))
    expect(values(database)).toEqual([2])
  })

  test('waits until another connection is ready, longer each time', async () => {
    const [database, other] = await twoConnections()
    other.exec('BEGIN IMMEDIATE; INSERT INTO number VALUES (1)')
    const pauses: number[] = []
    const wait = async (milliseconds: number): Promise<void> => {
      pauses.push(milliseconds)
      if (pauses.length === 9) other.exec('COMMIT')
    }
    await inTransaction(database, wait, () => database.exec('INSERT INTO number VALUES (2)'))
    expect(values(database)).toEqual([1, 2])
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 100, 100, 100])
  })

  test('gives up after many tries, with an error that names the reason', async () => {
    const [database, other] = await twoConnections()
    other.exec('BEGIN IMMEDIATE')
    const error = await inTransaction(database, atOnce, () => undefined).catch((thrown: unknown) => thrown)
    expect(queueFailure(error, '/data/queue.sqlite').message).toBe(
      'The queue /data/queue.sqlite cannot be used: another process has held it for long: stop that process.',
    )
  })

  test('that finds the disk full says so, and leaves the connection usable', async () => {
    const [database] = await twoConnections()
    database.exec('PRAGMA max_page_count = 3')
    const insert = database.prepare('INSERT INTO number VALUES (zeroblob(100000))')
    const error = await inTransaction(database, atOnce, () => insert.run()).catch((thrown: unknown) => thrown)
    expect(queueFailure(error, 'queue.sqlite').message).toContain('the disk is full: free some space')
    await inTransaction(database, atOnce, () => database.exec('INSERT INTO number VALUES (1)'))
    expect(values(database)).toEqual([1])
  })
})
