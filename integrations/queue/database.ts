import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { damaged } from './failure.ts'
import { QueueError } from './index.ts'
import { inTransaction, type Wait, whenFree } from './transaction.ts'

/** "Sxtn": a file with another number belongs to another program. @see https://www.sqlite.org/pragma.html#pragma_application_id */
const applicationId = 0x5378746e
const formVersion = 1
/** SQLite blocks this process while it waits for another one, so it may do so only for as long as a commit takes. */
const busyMilliseconds = 25

/**
 * A line is a group. It keeps its row when it is empty, so that the number of a delivery never comes again: that number
 * is the receipt. `ready` is when it may be delivered next, null where it is empty; `last` is the last message of the
 * delivery under way. Writers come one after another, so the order of sequence numbers is that of the commits.
 */
const tables = `
  CREATE TABLE message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    line TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    deliveries INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX message_line ON message (line, sequence);
  CREATE TABLE line (
    name TEXT PRIMARY KEY,
    ready INTEGER,
    delivery INTEGER NOT NULL DEFAULT 0,
    last INTEGER
  ) STRICT;
  CREATE INDEX line_ready ON line (ready) WHERE ready IS NOT NULL;
  CREATE TABLE dead (
    sequence INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE sent (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX sent_at ON sent (at);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formVersion};`

const Found = z.object({ application: z.number(), version: z.number(), tables: z.number() })
const Pragma = z.record(z.string(), z.union([z.string(), z.number()]))

/** @returns whether nothing is in the file yet. @throws QueueError where it is somebody else's */
function isEmpty(database: DatabaseSync, file: string): boolean {
  const found = Found.parse(
    database
      .prepare(
        `SELECT (SELECT application_id FROM pragma_application_id) AS application,
          (SELECT user_version FROM pragma_user_version) AS version, (SELECT count(*) FROM sqlite_schema) AS tables`,
      )
      .get(),
  )
  if (found.application === 0 && found.tables === 0) return true
  if (found.application !== applicationId) {
    throw new QueueError(`${file} is the database of another program. Choose another file for the queue.`)
  }
  if (found.version !== formVersion) {
    throw new QueueError(
      `The queue ${file} was written by another version of this program (form ${found.version}; this one knows form ` +
        `${formVersion}). Let that version empty it, or choose another file.`,
    )
  }
  return false
}

/** What a pragma that gives one value says. */
function ask(database: DatabaseSync, pragma: string): string {
  return String(Object.values(Pragma.parse(database.prepare(`PRAGMA ${pragma}`).get()))[0])
}

/** Makes a folder and forces its name to the disk, so that it outlives a power loss. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  // Windows cannot open folders; it keeps their entries safe itself.
  if (first === undefined || process.platform === 'win32') return
  for (let made = folder; ; made = dirname(made)) {
    const parent = await open(dirname(made), 'r')
    await parent.sync().finally(() => parent.close())
    if (made === first) return
  }
}

/**
 * Opens a queue's file, and makes it where it is missing.
 *
 * With a write-ahead log and synchronous = FULL, a transaction is on the disk when it is committed, at the cost of one
 * fsync, and nobody waits for a reader. The log needs memory that the processes share, so the file cannot lie on a
 * network file system.
 *
 * @param file an absolute path
 * @throws QueueError where the file is damaged, or no queue; other errors of SQLite and the file system as they are
 */
export async function openDatabase(file: string, wait: Wait): Promise<DatabaseSync> {
  await makeFolder(dirname(file))
  const database = new DatabaseSync(file, { timeout: busyMilliseconds })
  try {
    // Looked at before anything is changed, since it may be another program's.
    if (await whenFree(wait, () => isEmpty(database, file))) {
      await inTransaction(database, wait, () => {
        if (isEmpty(database, file)) database.exec(tables)
      })
    }
    const journal = await whenFree(wait, () => ask(database, 'journal_mode = WAL'))
    if (journal !== 'wal') {
      throw new QueueError(`The queue ${file} lies where no write-ahead log can be kept. Put it on a local disk.`)
    }
    database.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON')
    const problem = await whenFree(wait, () => ask(database, 'quick_check(1)'))
    if (problem !== 'ok') throw damaged(file, problem)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
