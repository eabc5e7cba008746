import { createHash } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { errorCode } from './file-system.ts'

/** One process, named so that no later process is taken for it. */
export interface ProcessIdentity {
  /** Where the process number means something: this boot of this machine, and on Linux this container. */
  space: string
  pid: number
  /** When the process began, in the system's own count; '' where the system does not say. */
  started: string
}

// The fields of /proc/<pid>/stat after the program's name, which may itself hold blanks and parentheses.
const readStat = async (pid: number | 'self'): Promise<{ state: string; started: string } | undefined> => {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', started: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

const readSpace = async (): Promise<string> => {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1')
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

/** The identity of the process that asks; the same in all its threads. */
export const ownIdentity = async (): Promise<ProcessIdentity> => ({
  space: createHash('sha256')
    .update(await readSpace())
    .digest('hex')
    .slice(0, 16),
  pid: process.pid,
  started: (await readStat('self'))?.started ?? '',
})

/** An identity as text that can be a file's name; `parseIdentity` reads it. */
export const formatIdentity = ({ space, pid, started }: ProcessIdentity): string => `${space}-${pid}-${started}`

/** Reads what `formatIdentity` wrote; undefined for anything else. */
export const parseIdentity = (text: string): ProcessIdentity | undefined => {
  const [, space, pid, started] = /^([0-9a-f]{16})-([1-9]\d*)-(\d*)$/.exec(text) ?? []
  return space === undefined || pid === undefined || started === undefined
    ? undefined
    : { space, pid: Number(pid), started }
}

const signalCode = (pid: number): string => {
  try {
    process.kill(pid, 0)
    return ''
  } catch (error) {
    return errorCode(error)
  }
}

/**
 * Whether a process still runs: 'alive' and 'dead' are certain. 'unknown': it belongs to another machine, boot or
 * container, or the system does not tell it from a later process of the same number.
 */
export const livenessOf = async (
  other: ProcessIdentity,
  self: ProcessIdentity,
): Promise<'alive' | 'dead' | 'unknown'> => {
  if (other.space !== self.space) return 'unknown'
  if (other.pid === self.pid && other.started === self.started) return 'alive'
  if (signalCode(other.pid) === 'ESRCH') return 'dead'
  const stat = await readStat(other.pid)
  if (stat === undefined || other.started === '') return 'unknown'
  // A killed process stays in the table as a zombie until its parent asks for it.
  return stat.started === other.started && !'ZXx'.includes(stat.state) ? 'alive' : 'dead'
}
