import { PlatformError } from '../platform/index.ts'

/**
 * A project's or task's number, as it stands in paths and bodies.
 * @throws PlatformError for what is no number, before it gets into a path
 */
export function numberOf(id: string, what: 'project' | 'task'): number {
  if (!/^\d{1,15}$/.test(id)) {
    throw new PlatformError(
      `${JSON.stringify(id).slice(0, 40)} is no ${what} of Label Studio: give its number, as in the address /${what}s/8.`,
    )
  }
  return Number(id)
}
