import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A started `queueProcess.ts`. */
export interface QueueProcess {
  tell(message: 'go' | 'stop'): void
  /** The reports that were not yet taken, up to the first that this is true of. @throws when the process ends before */
  until(isLast: (report: string) => boolean): Promise<string[]>
  /** kill -9, and the end of the process awaited. @returns the reports that were not yet taken */
  kill(): Promise<string[]>
}

/** Starts it and waits until it has opened the queue; when the test is over, it is killed. */
export async function startQueueProcess(file: string, task: string, name = ''): Promise<QueueProcess> {
  const script = fileURLToPath(new URL('./queueProcess.ts', import.meta.url))
  const child = fork(script, [file, task, name], { execArgv: [] })
  const exit = once(child, 'exit')
  const reports = on(child, 'message', { close: ['exit'] })

  const until: QueueProcess['until'] = async (isLast) => {
    const taken: string[] = []
    for (;;) {
      const { value, done } = await reports.next()
      if (done) throw new Error(`the process that was to ${task} ended; it said ${taken.slice(-3).join(', ')}`)
      const report = String(value[0])
      taken.push(report)
      if (isLast(report)) return taken
    }
  }
  const kill: QueueProcess['kill'] = async () => {
    child.kill('SIGKILL')
    await exit
    const rest: string[] = []
    for await (const [report] of reports) rest.push(String(report))
    return rest
  }
  onTestFinished(async () => void (await kill()))
  await until((report) => report === 'ready')
  return { tell: (message) => child.send(message), until, kill }
}
