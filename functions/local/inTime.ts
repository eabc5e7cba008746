/**
 * Waits no longer than the signal says: a platform that waits for the answer may not be able to say anything meanwhile.
 * @throws the signal's reason; what is awaited, and fails later, is left alone
 */
export async function inTime<Value>(signal: AbortSignal, awaited: Promise<Value>): Promise<Value> {
  const { promise: over, reject } = Promise.withResolvers<never>()
  const end = (): void => reject(signal.reason)
  signal.addEventListener('abort', end)
  try {
    signal.throwIfAborted()
    return await Promise.race([awaited, over])
  } finally {
    signal.removeEventListener('abort', end)
    awaited.catch(() => undefined)
  }
}
