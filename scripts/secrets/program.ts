/** Runs programs of ours in processes of their own, and keeps every line that they write. */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { CheckError, type Evidence } from './evidence.ts'

const root = join(import.meta.dirname, '../..')

export interface ProgramOptions {
  /** Names it in findings. */
  readonly name: string
  /** Script, relative to the root of the project. */
  readonly script: string
  readonly arguments: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly evidence: Evidence
}

export interface Program {
  /** How many lines it has written. */
  heard(): number
  /**
   * Resolves with a line that fits, be it written already.
   * @param since so many lines at the beginning do not count
   * @throws CheckError when none comes
   */
  said(pattern: RegExp, since?: number): Promise<string>
  /** Ends it politely. */
  stop(): Promise<void>
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>
}

/** Seconds after which something that should be said will not be. */
const patience = 60

export function startProgram({ name, script, arguments: given, env, evidence }: ProgramOptions): Program {
  const child = spawn(process.execPath, [resolve(root, script), ...given], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SIXTEEN_DEVICE: 'cpu', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  const hear = (stream: string) => (line: string) => {
    lines.push(line)
    evidence.keep('log line', { name: `${name}: line ${lines.length}, ${stream}`, content: line })
    for (const listener of listeners) listener(line)
  }
  createInterface({ input: child.stdout }).on('line', hear('standard output'))
  createInterface({ input: child.stderr }).on('line', hear('standard error'))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  void ended.then(() => process.off('exit', kill))

  return {
    ended,
    heard: () => lines.length,
    said: (pattern, since = 0) =>
      new Promise((resolve, reject) => {
        const there = lines.slice(since).find((line) => pattern.test(line))
        if (there !== undefined) return resolve(there)
        const settle = (action: () => void): void => {
          clearTimeout(timer)
          listeners.delete(listener)
          action()
        }
        const give = (why: string) => () => {
          const clean = lines.slice(-10).filter(evidence.isClean)
          reject(new CheckError(`${name} ${why} it said ${pattern}; its last lines:\n${clean.join('\n')}`))
        }
        const listener = (line: string): void => {
          if (pattern.test(line)) settle(() => resolve(line))
        }
        const timer = setTimeout(() => settle(give(`was waited for ${patience} s before`)), patience * 1000)
        listeners.add(listener)
        void ended.then(() => settle(give('ended before')))
      }),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
    },
  }
}
