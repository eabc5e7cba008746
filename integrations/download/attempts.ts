import { DownloadError, PassingError } from './errors.ts'

export interface AttemptOptions {
  /** Bytes that are there: who gets on is not failing. */
  readonly bytes: () => number
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>
  readonly signal?: AbortSignal | undefined
  /** Hears why an attempt failed, and after how many seconds the next one begins. */
  readonly onTrouble?: ((message: string, seconds: number) => void) | undefined
}

/** Attempts in a row that bring nothing new. */
const mostFailures = 5
const longestPauseSeconds = 60
/** Fewer new bytes are no progress: a server that drops every connection at once would keep us for days. */
const leastProgress = 2 ** 20

/**
 * Tries until an attempt succeeds: again after 1, 2, 4, … seconds, or after what the server asks for.
 * @throws DownloadError where one attempt says that others are of no use, or five in a row brought less than 1 MiB
 */
export async function attempts(attempt: () => Promise<void>, options: AttemptOptions): Promise<void> {
  const { bytes, wait, signal, onTrouble } = options
  let furthest = bytes()
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof PassingError)) throw error
      // Measured at the furthest byte ever: a server that always begins anew gets nowhere.
      if (bytes() >= furthest + leastProgress) {
        furthest = bytes()
        failures = 1
      }
      if (failures >= mostFailures)
        throw new DownloadError(
          `${error.message}, ${failures} times in a row: give the same command later, which goes on where this one was`,
        )
      const seconds = Math.min(Math.max(2 ** (failures - 1), error.seconds ?? 0), longestPauseSeconds)
      onTrouble?.(error.message, seconds)
      await wait(1000 * seconds, signal).catch(() => signal?.throwIfAborted())
    }
  }
}
