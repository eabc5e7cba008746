/** What several processes wrote, line by line, and when they wrote it. */
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface Lines {
  /** Everything so far; each line begins with the name of who wrote it. */
  readonly all: readonly string[]
  /** Listens to both outputs of a process. Resolves when it has written its last line. */
  hear(name: string, process: ChildProcess): Promise<void>
  /** Resolves with the first line that fits, of those written from now on. @throws when none comes in time */
  said(pattern: RegExp): Promise<string>
}

/** Seconds after which what should be said will not be. */
const patience = 180

export function openLines(): Lines {
  const all: string[] = []
  const listeners = new Set<(line: string) => void>()
  return {
    all,
    async hear(name, { stdout, stderr }) {
      const listen = async (input: Readable | null): Promise<void> => {
        if (input === null) return
        for await (const text of createInterface({ input })) {
          const line = `${name}: ${text}`
          all.push(line)
          for (const listener of listeners) listener(line)
        }
      }
      await Promise.all([listen(stdout), listen(stderr)])
    },
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const settle = (action: () => void): void => {
          clearTimeout(timer)
          listeners.delete(listener)
          action()
        }
        const listener = (line: string): void => {
          if (pattern.test(line)) settle(() => resolve(line))
        }
        const tell = () => reject(new Error(`nobody said ${pattern}; the last lines:\n${all.slice(-25).join('\n')}`))
        const timer = setTimeout(() => settle(tell), patience * 1000)
        listeners.add(listener)
      }),
  }
}
