/** Secrets by name, as a secret manager gives them out; kept for some minutes, since each request needs one. */
export interface Secrets {
  /** @throws SecretError where there is none of this name, or it is empty */
  get(name: string): Promise<string>
}

/** A secret cannot be had. Says which, never what. */
export class SecretError extends Error {
  override readonly name = 'SecretError'
}

/** A secret that is changed counts after so long. */
const keptMilliseconds = 300_000

/**
 * @param read asks the secret manager
 * @param now milliseconds
 */
export function openSecrets(read: (name: string) => Promise<string | undefined>, now: () => number): Secrets {
  const known = new Map<string, { readonly at: number; readonly value: Promise<string> }>()
  const ask = async (name: string): Promise<string> => {
    const value = await read(name).catch((error: unknown) => {
      // Errors of the client may hold the request.
      const reason = error instanceof Error ? error.name : 'unknown error'
      throw new SecretError(`the secret ${name} cannot be read (${reason}): may this function read it?`)
    })
    const text = value?.trim()
    if (text === undefined || text === '')
      throw new SecretError(
        `the secret ${name} is empty: put a value into it with the console or \`aws secretsmanager\``,
      )
    return text
  }
  return {
    get(name) {
      const there = known.get(name)
      if (there !== undefined && now() - there.at < keptMilliseconds) return there.value
      const value = ask(name)
      known.set(name, { at: now(), value })
      // What failed is asked for again by the next request.
      value.catch(() => known.delete(name))
      return value
    },
  }
}
