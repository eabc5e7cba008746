import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { DrawingTask } from './tasks.ts'

export interface ThreadOptions {
  /** As many as there are cores, where it is left out. */
  readonly threads?: number
  /** Told the number of drawings that were made since the last call. */
  readonly onDrawn?: (drawings: number) => void
}

/**
 * Draws on all cores: each thread takes the next task when it is done with one.
 *
 * @throws what a task throws, after the other threads ended; what they wrote stays
 */
export async function drawInThreads(tasks: readonly DrawingTask[], options: ThreadOptions = {}): Promise<void> {
  const { threads = availableParallelism(), onDrawn } = options
  const waiting = tasks.values()
  const workThrough = async () => {
    const worker = new Worker(new URL('./drawWorker.ts', import.meta.url))
    try {
      for (const task of waiting) {
        const answered = once(worker, 'message')
        worker.postMessage(task)
        await answered
        onDrawn?.(task.seeds.length)
      }
    } finally {
      await worker.terminate()
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(threads, tasks.length) }, workThrough))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
