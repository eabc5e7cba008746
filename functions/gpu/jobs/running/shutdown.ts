/** The process is told to end: work rests where it is, and goes on when there is a process again. */
export class ShutdownError extends Error {
  override readonly name = 'ShutdownError'
}
