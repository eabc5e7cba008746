import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import type { Message, QueueDepth } from './index.ts'
import { maximumBodies, maximumFailures, repetitionMilliseconds } from './limits.ts'

/** A delivery as it was handed out: line and number are its receipt. */
export interface Claimed {
  readonly line: string
  readonly delivery: number
  readonly bodies: readonly string[]
  readonly attempt: number
}

/** What can be done to the queue's tables, each within one transaction. Times are milliseconds since 1970. */
export interface Lines {
  add(messages: readonly Message[], now: number): void
  isReady(now: number): boolean
  /** The line that has been ready for longest; it is ready again at `until`. */
  claim(now: number, until: number): Claimed | undefined
  /** Takes away what a delivery carried. @returns false where it has been handed out again, or is over already */
  remove(claimed: Claimed, now: number): boolean
  /** Lets a delivery come again at `ready`. @returns false where it has been handed out again, or is over already */
  delay(claimed: Claimed, ready: number): boolean
  /** Everything that was handed out comes again at once, as failed: whoever had it is gone. */
  takeBack(now: number): void
  nextReady(): number | undefined
  depth(): QueueDepth
}

/** Ids forgotten by one transaction: more than one can bring, so that none are left in the long run. */
const mostForgotten = 1000

const Line = z.object({ name: z.string(), delivery: z.number(), last: z.number().nullable() })
const Waiting = z.object({ sequence: z.number(), body: z.string(), deliveries: z.number() })
const Ready = z.object({ ready: z.number().nullable() })
const Depth = z.object({ messages: z.number(), dead: z.number() })

export function prepareLines(database: DatabaseSync): Lines {
  const prepare = (sql: string): StatementSync => database.prepare(sql)
  const changes = (statement: StatementSync, ...values: SQLInputValue[]): boolean =>
    Number(statement.run(...values).changes) > 0

  const remember = prepare(
    'INSERT INTO sent VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at WHERE at <= excluded.at - ?',
  )
  const forget = prepare('DELETE FROM sent WHERE id IN (SELECT id FROM sent WHERE at <= ? ORDER BY at LIMIT ?)')
  const append = prepare('INSERT INTO message (line, id, body) VALUES (?, ?, ?)')
  const rouse = prepare(
    'INSERT INTO line (name, ready) VALUES (?, ?) ON CONFLICT DO UPDATE SET ready = excluded.ready WHERE ready IS NULL',
  )

  const firstReady = prepare(
    'SELECT name, delivery, last FROM line WHERE ready IS NOT NULL AND ready <= ? ORDER BY ready, rowid LIMIT 1',
  )
  const countFailure = prepare('UPDATE message SET failures = failures + 1 WHERE line = ? AND sequence <= ?')
  const setAside = prepare(
    `INSERT INTO dead SELECT sequence, line, id, body, ? FROM message
      WHERE line = ? AND sequence <= ? AND failures >= ${maximumFailures}`,
  )
  const removeFailed = prepare(
    `DELETE FROM message WHERE line = ? AND sequence <= ? AND failures >= ${maximumFailures}`,
  )
  const carried = prepare(
    `SELECT sequence, body, deliveries FROM message WHERE line = ? ORDER BY sequence LIMIT ${maximumBodies}`,
  )
  const countDelivery = prepare('UPDATE message SET deliveries = deliveries + 1 WHERE line = ? AND sequence <= ?')
  const deliver = prepare('UPDATE line SET ready = ?, delivery = delivery + 1, last = ? WHERE name = ?')
  const empty = prepare('UPDATE line SET ready = NULL, last = NULL WHERE name = ?')

  const removeCarried = prepare(
    // Where the delivery is no longer under way, there is no last message, and nothing compares to NULL.
    'DELETE FROM message WHERE line = ? AND sequence <= (SELECT last FROM line WHERE name = ? AND delivery = ?)',
  )
  const release = prepare(
    `UPDATE line SET last = NULL, ready = CASE WHEN EXISTS (SELECT 1 FROM message WHERE line = name) THEN ? END
      WHERE name = ? AND delivery = ? AND last IS NOT NULL`,
  )
  const takeBack = prepare('UPDATE line SET ready = min(ready, ?) WHERE last IS NOT NULL')
  const soonest = prepare('SELECT min(ready) AS ready FROM line WHERE ready IS NOT NULL')
  const count = prepare('SELECT (SELECT count(*) FROM message) AS messages, (SELECT count(*) FROM dead) AS dead')

  /** A delivery that was neither ended nor delayed failed; what failed too often is set aside. */
  const fail = (line: string, last: number, now: number): void => {
    countFailure.run(line, last)
    if (changes(setAside, now, line, last)) removeFailed.run(line, last)
  }

  return {
    add(messages, now) {
      for (const { group, id, body } of messages) {
        if (!changes(remember, id, now, repetitionMilliseconds)) continue
        append.run(group, id, body)
        rouse.run(group, now)
      }
      forget.run(now - repetitionMilliseconds, mostForgotten)
    },

    isReady: (now) => firstReady.get(now) !== undefined,

    claim(now, until) {
      for (;;) {
        const found = firstReady.get(now)
        if (found === undefined) return undefined
        const { name, delivery, last } = Line.parse(found)
        if (last !== null) fail(name, last, now)
        const messages = z.array(Waiting).parse(carried.all(name))
        const [first, final] = [messages[0], messages.at(-1)]
        if (first && final) {
          countDelivery.run(name, final.sequence)
          deliver.run(until, final.sequence, name)
          const bodies = messages.map(({ body }) => body)
          return { line: name, delivery: delivery + 1, bodies, attempt: first.deliveries + 1 }
        }
        empty.run(name)
      }
    },

    remove({ line, delivery }, now) {
      removeCarried.run(line, line, delivery)
      return changes(release, now, line, delivery)
    },

    delay: ({ line, delivery }, ready) => changes(release, ready, line, delivery),

    takeBack: (now) => void takeBack.run(now),

    nextReady: () => Ready.parse(soonest.get()).ready ?? undefined,

    depth: () => Depth.parse(count.get()),
  }
}
