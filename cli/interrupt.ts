/** Progress bars hide it. */
const showCursor = '\u001b[?25h'

/** A person pressed ^C. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

/**
 * Turns the first ^C (or a polite end) into an abort, so that work stops at a safe point. The second ends the process at
 * once, which loses nothing either: every object is written whole.
 */
export function interruptible(): AbortSignal {
  const controller = new AbortController()
  const stop = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      controller.abort(new InterruptedError(`interrupted by ${signal}: give the same command again to go on`))
      return
    }
    if (process.stdout.isTTY) process.stdout.write(showCursor)
    // The system's own handling ends the process; process.exit would wait for the graph that runs, and crash over it.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
