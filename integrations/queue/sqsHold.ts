/** Messages that SQS handed to this process and nobody here has yet: one answer may hold several groups. */
import type { Clock } from './clock.ts'
import type { SqsGroup } from './sqsGroups.ts'

/** A group, and when SQS takes it for lost. */
export interface HeldGroup extends SqsGroup {
  /** Milliseconds since 1970, when SQS was asked for it: its own clock began a little later. */
  readonly since: number
  /** Milliseconds since 1970. */
  readonly until: number
}

export interface SqsHold {
  add(groups: readonly SqsGroup[], since: number, visibilitySeconds: number): void
  /** The one that has been here for longest, and is not lost yet. */
  take(): HeldGroup | undefined
  /** All of them, which are here no longer. */
  clear(): readonly HeldGroup[]
}

export function openSqsHold({ now }: Pick<Clock, 'now'>): SqsHold {
  let held: readonly HeldGroup[] = []
  const present = (): readonly HeldGroup[] => held.filter(({ until }) => until > now())
  return {
    add(groups, since, visibilitySeconds) {
      const until = since + visibilitySeconds * 1000
      held = [...present(), ...groups.map((group) => ({ ...group, since, until }))]
    },
    take() {
      const [first, ...rest] = present()
      held = rest
      return first
    },
    clear() {
      const all = present()
      held = []
      return all
    },
  }
}
