import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type Clock, systemClock } from './clock.ts'
import { openDatabase } from './database.ts'
import { queueFailure } from './failure.ts'
import { createGroupCommit } from './groupCommit.ts'
import { type Message, type Queue, QueueError } from './index.ts'
import { checkMessage, checkSeconds } from './limits.ts'
import { type Lines, prepareLines } from './lines.ts'
import { createReceiving } from './receiving.ts'
import { inTransaction, type Wait } from './transaction.ts'

export interface SqliteQueueOptions extends Partial<Clock> {
  /** Made if it is not there, with its folder. On a local disk; processes of one machine may share it. */
  readonly file: string
  /**
   * That no other process uses the file: what an earlier one had in its hands when it was killed is then delivered at once,
   * not when its time is up.
   */
  readonly alone?: boolean
}

/** A few milliseconds of work. */
const mostOfOneCommit = 500
/** How often the messages of other processes are looked for. */
const pollMilliseconds = 1000

/**
 * The queue in a file, which outlives the process and a power loss. Messages that are sent within one turn of the event
 * loop are committed together.
 *
 * @throws QueueError when the file is damaged, belongs to another program, or cannot be written
 */
export async function openSqliteQueue({ file, alone = false, ...given }: SqliteQueueOptions): Promise<Queue> {
  const clock: Clock = { ...systemClock, ...given }
  const path = resolve(file)
  const wait: Wait = (milliseconds) => new Promise((done) => clock.after(milliseconds, done))
  try {
    const database = await openDatabase(path, wait)
    const lines = prepareLines(database)
    if (alone) await inTransaction(database, wait, () => lines.takeBack(Math.floor(clock.now())))
    return queueOn(database, lines, path, clock, wait)
  } catch (error) {
    throw queueFailure(error, path)
  }
}

function queueOn(database: DatabaseSync, lines: Lines, file: string, clock: Clock, wait: Wait): Queue {
  let closing: Promise<void> | undefined

  const attempt = async <T>(action: () => T | Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      throw database.isOpen ? queueFailure(error, file) : closedError(file)
    }
  }
  const checkOpen = (): void => {
    if (closing) throw closedError(file)
  }
  const now = (): number => Math.floor(clock.now())
  const write = <T>(work: () => T): Promise<T> => attempt(() => inTransaction(database, wait, work))
  /** Ends a delivery in one way or another; where it is another's by now, nothing happens. */
  const end = async (work: () => boolean): Promise<void> => {
    checkOpen()
    if (await write(work)) receiving.wake()
  }

  const sends = createGroupCommit<Message>(async (messages) => {
    await write(() => lines.add(messages, now()))
    receiving.wake()
  }, mostOfOneCommit)

  const receiving = createReceiving(
    {
      async claim(visibilitySeconds) {
        // Reading takes no lock: who waits does not hold up who writes.
        if (!(await attempt(() => lines.isReady(now())))) return undefined
        const claimed = await write(() => lines.claim(now(), now() + Math.ceil(visibilitySeconds * 1000)))
        if (claimed === undefined) return undefined
        return {
          group: claimed.line,
          bodies: claimed.bodies,
          attempt: claimed.attempt,
          done: () => end(() => lines.remove(claimed, now())),
          later: async (seconds) => {
            checkSeconds('The delay of a delivery', seconds, 0)
            await end(() => lines.delay(claimed, now() + Math.ceil(seconds * 1000)))
          },
        }
      },
      nextReady: lines.nextReady,
    },
    clock,
    pollMilliseconds,
  )

  return {
    async send(message) {
      checkOpen()
      checkMessage(message)
      await sends.add(message)
    },
    receive: receiving.receive,
    async depth() {
      checkOpen()
      return await attempt(lines.depth)
    },
    async close() {
      receiving.close()
      closing ??= sends.settled().then(() => database.close())
      await attempt(async () => await closing)
    },
  }
}

function closedError(file: string): QueueError {
  return new QueueError(`The queue ${file} is closed. Open it again to use it.`)
}
