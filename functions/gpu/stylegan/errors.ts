/** A generator's file lacks something, or holds something that does not fit. */
export class GeneratorError extends Error {
  override readonly name = 'GeneratorError'
}
