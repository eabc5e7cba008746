/** A tensor holds NaN or an infinity where only finite numbers make sense. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError'
  /** Flat position of the first value that is not finite. */
  readonly position: number

  constructor(tensor: string, position: number, value: number) {
    super(
      `tensor '${tensor}' holds ${value} at position ${position}: ` +
        'the file is damaged or its training diverged; use another checkpoint',
    )
    this.position = position
  }
}

/**
 * Checks that every value is finite. Files may carry NaN legally; weights and latents may not.
 *
 * @param name - the tensor's name, for the message
 * @param data - its values, any shape
 * @throws {NonFiniteError} names the tensor, the first position that fails, and the value there
 */
export function assertFinite(name: string, data: Float32Array | Float64Array): void {
  const position = data.findIndex((value) => !Number.isFinite(value))
  if (position >= 0) throw new NonFiniteError(name, position, data[position] ?? Number.NaN)
}
