import type { z } from 'zod'

/** What does not fit, each with its place: `Records.0.body: expected string`. */
export function faultsOf({ issues }: z.ZodError): readonly string[] {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
