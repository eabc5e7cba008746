import { PlatformUnavailableError } from '../../integrations/platform/index.ts'
import type { PublishingPlace } from './place.ts'

/** Milliseconds between two tries at most. */
const longestPause = 20_000

/**
 * Does something as often as needed while the platform is out of reach, with growing pauses.
 * @param action must be safe to be done again from its beginning
 * @throws PlatformUnavailableError when patience is at an end; at once what else the action throws; the signal's reason
 */
export async function patiently<Result>(
  { times, now, wait, signal, onTrouble }: Pick<PublishingPlace, 'times' | 'now' | 'wait' | 'signal' | 'onTrouble'>,
  action: () => Promise<Result>,
): Promise<Result> {
  const deadline = now() + 1000 * times.patienceSeconds
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof PlatformUnavailableError) || now() >= deadline) throw error
      onTrouble?.(error.message)
      await wait(Math.min(longestPause, 500 * 2 ** attempt), signal)
    }
  }
}
