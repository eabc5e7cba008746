/** What AWS's drivers say where they are refused, which must show none of the credentials. */
import { inspect } from 'node:util'

/** Credentials that are looked for. */
export const canaries = {
  accessKeyId: 'AKIACANARYKEYID',
  secretAccessKey: 'canary-secret',
  sessionToken: 'canary-session',
}

/** What an action is refused with. @throws where it is not refused */
export async function refusalOf(action: Promise<unknown>): Promise<Error> {
  const reason = await action.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (reason instanceof Error) return reason
  throw new Error('it was not refused')
}

/** An error in all the ways in which it may be printed. */
export function printed(refusal: Error): string {
  return [inspect(refusal, { depth: 20, showHidden: true }), JSON.stringify(refusal), refusal.stack].join()
}
