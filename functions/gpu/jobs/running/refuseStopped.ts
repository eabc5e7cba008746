import type { Run } from '../../../../schemas/run.ts'
import { JobError } from '../context.ts'

/**
 * Keeps a container from going on with a run that a person stopped: that may happen between two of its phases, and AWS takes
 * seconds to tell it to end. Whoever starts the run again opens its record first.
 * @throws JobError
 */
export function refuseStopped({ version, state }: Run): void {
  if (state === 'stopped') throw new JobError(`${version} was stopped: start it again to go on with it`)
}
