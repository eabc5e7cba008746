import type { AnnotationPlatform } from '../../integrations/platform/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import type { ProjectKeys } from '../../integrations/storage/keys.ts'

/** How publishing deals with time. */
export interface PublishingTimes {
  /** Seconds after which the place of a publisher that was killed is free: longer than its last request may take. */
  readonly leaseSeconds: number
  /** Seconds that an import without an answer is given to show up. */
  readonly settleSeconds: number
  /** Seconds that a platform may be out of reach before publishing fails. */
  readonly patienceSeconds: number
}

export const defaultPublishingTimes: PublishingTimes = { leaseSeconds: 60, settleSeconds: 60, patienceSeconds: 1800 }

/** From where to where is published. */
export interface PublishingPlace {
  readonly store: Store
  readonly keys: ProjectKeys
  readonly platform: AnnotationPlatform
  /** The platform's project. */
  readonly project: string
  readonly times: PublishingTimes
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Ends early, by throwing the signal's reason, when the signal is aborted. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>
  readonly newId: () => string
  readonly signal?: AbortSignal | undefined
  /** Hears why something is tried again. */
  readonly onTrouble?: ((message: string) => void) | undefined
  /** Hears of what is not tried again. */
  readonly onGivenUp?: ((message: string) => void) | undefined
}
