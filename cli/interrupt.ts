/** A person pressed ^C. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

/**
 * Turns the first ^C (or a polite end) into an abort, so that work stops at a safe point; the second ends the process at
 * once, which loses nothing either: every object is written whole.
 */
export function interruptible(): AbortSignal {
  const controller = new AbortController()
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(new InterruptedError(`interrupted by ${signal}: give the same command again to go on`))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
