import { mkdir, open, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Queue, QueueError } from '../../../integrations/queue/index.ts'
import { openSqliteQueue, type SqliteQueueOptions } from '../../../integrations/queue/sqlite.ts'
import { drain } from '../../contract/queue.ts'
import { manualClock } from '../../support/manualClock.ts'
import { freshFile } from './folder.ts'

const opened = async (options: SqliteQueueOptions): Promise<Queue> => {
  const queue = await openSqliteQueue(options)
  onTestFinished(() => queue.close())
  return queue
}
const message = (id: string, group = 'faces') => ({ group, id, body: `body of ${id}` })
const now = { visibilitySeconds: 30, waitSeconds: 0 }
const bodies = async (queue: Queue): Promise<string[]> => (await drain(queue)).flatMap((delivery) => delivery.bodies)

describe('a queue in a file', () => {
  test('keeps messages, their order, their attempts and the ids when it is opened again', async () => {
    const [file, clock] = [await freshFile(), manualClock()]
    const before = await opened({ file, ...clock })
    await Promise.all(['a', 'b', 'c'].map((id) => before.send(message(id))))
    await before.receive(now)
    await before.close()

    clock.advance(30_000)
    const after = await opened({ file, ...clock })
    await after.send(message('b'))
    const delivery = await after.receive(now)
    expect(delivery).toMatchObject({ bodies: ['body of a', 'body of b', 'body of c'], attempt: 2 })
  })

  test('hands out at once what a killed process had, where it is alone with the file; what was delayed stays delayed', async () => {
    const [file, clock] = [await freshFile(), manualClock()]
    const before = await opened({ file, ...clock })
    await before.send(message('a', 'faces'))
    await before.receive(now)
    await before.send(message('b', 'cars'))
    await (await before.receive(now))?.later(20)
    await before.close()

    const after = await opened({ file, ...clock, alone: true })
    const delivery = await after.receive(now)
    expect(delivery).toMatchObject({ group: 'faces', bodies: ['body of a'], attempt: 2 })
    await delivery?.done()
    expect(await after.receive(now)).toBeUndefined()
    clock.advance(20_000)
    expect(await after.receive(now)).toMatchObject({ group: 'cars' })
  })

  test('keeps what failed too often when it is opened again', async () => {
    const [file, clock] = [await freshFile(), manualClock()]
    const before = await opened({ file, ...clock })
    await before.send(message('poison'))
    for (let failures = 0; failures <= 10; failures += 1) {
      await before.receive(now)
      clock.advance(30_000)
    }
    await before.close()
    expect(await (await opened({ file, ...clock })).depth()).toEqual({ messages: 0, dead: 1 })
  })

  test('has what was sent when send resolves, for whoever opens it then', async () => {
    const file = await freshFile()
    const queue = await opened({ file })
    await queue.send(message('a'))
    expect(await (await opened({ file })).depth()).toEqual({ messages: 1, dead: 0 })
  })

  test('ends what was being sent before it closes', async () => {
    const file = await freshFile()
    const queue = await opened({ file })
    const sends = Array.from({ length: 1200 }, (_, index) => queue.send(message(`id${index}`)))
    await queue.close()
    await Promise.all(sends)
    expect(await (await opened({ file })).depth()).toEqual({ messages: 1200, dead: 0 })
  })

  test('hears of messages that another one sent within a second', async () => {
    const [file, clock] = [await freshFile(), manualClock()]
    const [reader, writer] = [await opened({ file, ...clock }), await opened({ file, ...clock })]
    const waiting = reader.receive({ visibilitySeconds: 30, waitSeconds: 60 })
    await clock.awaited()
    await writer.send(message('a'))
    clock.advance(1000)
    expect(await waiting).toMatchObject({ bodies: ['body of a'] })
    expect(await writer.receive(now)).toBeUndefined()
  })

  test('lets this process go on while another one writes, and then sends', async () => {
    const [file, clock] = [await freshFile(), manualClock()]
    const queue = await opened({ file, ...clock })
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const sending = queue.send(message('a'))
    await clock.awaited()
    other.exec('COMMIT')
    other.close()
    clock.advance(1000)
    await sending
    expect(await bodies(queue)).toEqual(['body of a'])
  })

  test('makes the folders on the way', async () => {
    const file = join(dirname(await freshFile()), 'some', 'folder', 'queue.sqlite')
    await (await opened({ file })).send(message('a'))
    expect((await stat(file)).isFile()).toBe(true)
  })

  test('begins in a file that is empty', async () => {
    const file = await freshFile()
    await writeFile(file, '')
    const queue = await opened({ file })
    await queue.send(message('a'))
    expect(await bodies(queue)).toEqual(['body of a'])
  })

  test('takes a name as a file, even one that SQLite reads as something else', async () => {
    const folder = dirname(await freshFile())
    const file = join(folder, 'file:queue?mode=memory#')
    await (await opened({ file })).send(message('a'))
    expect((await stat(file)).isFile()).toBe(true)
  })
})

describe('opening a queue refuses', () => {
  const refused = async (file: string, problem: string | RegExp): Promise<void> => {
    await expect(openSqliteQueue({ file })).rejects.toThrow(QueueError)
    await expect(openSqliteQueue({ file })).rejects.toThrow(problem)
    await expect(openSqliteQueue({ file })).rejects.toThrow(file)
  }
  /** A queue of some pages, closed. */
  const filled = async (): Promise<string> => {
    const file = await freshFile()
    const queue = await opened({ file })
    await Promise.all(Array.from({ length: 500 }, (_, index) => queue.send(message(`id${index}`))))
    await queue.close()
    return file
  }

  test('a text, and leaves it as it is', async () => {
    const file = await freshFile()
    const text = 'These are the notes of last summer.\n'.repeat(100)
    await writeFile(file, text)
    await refused(file, 'move it away')
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  test('the database of another program, and leaves it as it is', async () => {
    const file = await freshFile()
    const other = new DatabaseSync(file)
    other.exec('CREATE TABLE message (text TEXT)')
    other.close()
    const before = await readFile(file)
    await refused(file, 'another program')
    expect((await readFile(file)).equals(before)).toBe(true)
  })

  test('the queue of a later version', async () => {
    const file = await filled()
    const later = new DatabaseSync(file)
    later.exec('PRAGMA user_version = 2')
    later.close()
    await refused(file, 'another version')
  })

  test('half a queue', async () => {
    const file = await filled()
    await truncate(file, 4096 * 3)
    await refused(file, 'damaged')
  })

  test('a queue with a page overwritten', async () => {
    const file = await filled()
    const handle = await open(file, 'r+')
    await handle.write(Buffer.alloc(4096, 0xa5), 0, 4096, 4096 * 2)
    await handle.close()
    await refused(file, 'damaged')
  })

  test('a folder', async () => {
    const file = await freshFile()
    await mkdir(file)
    await refused(file, 'cannot be opened')
  })

  test('a path that leads through a file', async () => {
    const file = await freshFile()
    await writeFile(file, '')
    await expect(openSqliteQueue({ file: join(file, 'queue.sqlite') })).rejects.toThrow(QueueError)
  })
})
