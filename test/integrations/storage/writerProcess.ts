import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A started `writer.ts` and the messages it sent, oldest first. */
export interface Writer {
  /** Lets it begin. */
  go(): void
  /** The next message that was not yet taken; fails when the process ends without another. */
  next(): Promise<unknown>
  /** kill -9, and the end of the process awaited. */
  kill(): Promise<void>
  pid: number | undefined
}

const receive = (child: ChildProcess): (() => Promise<unknown>) => {
  const messages: unknown[] = []
  const waiting: { resolve(message: unknown): void; reject(error: Error): void }[] = []
  let ended: Error | undefined
  child.on('message', (message) => {
    const first = waiting.shift()
    if (first) first.resolve(message)
    else messages.push(message)
  })
  child.on('exit', (code, signal) => {
    ended = new Error(`the writer ended with ${code ?? signal}`)
    for (const { reject } of waiting) reject(ended)
  })
  return () =>
    new Promise((resolve, reject) => {
      if (messages.length > 0) resolve(messages.shift())
      else if (ended) reject(ended)
      else waiting.push({ resolve, reject })
    })
}

/** Starts a writer and waits until it is ready; when the test is over, it is killed. */
export const startWriter = async (folder: string, task: string, argument: string | number = ''): Promise<Writer> => {
  const child = fork(fileURLToPath(new URL('./writer.ts', import.meta.url)), [folder, task, String(argument)], {
    execArgv: [],
  })
  const next = receive(child)
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }
  onTestFinished(kill)
  await next()
  return { go: () => child.send('go'), next, kill, pid: child.pid }
}
