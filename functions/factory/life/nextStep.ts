/** What comes next in the life of a project: a decision on values, which the reactor carries out. */
import type { LifeSettings } from '../../../schemas/lifeSettings.ts'
import type { NextStep } from '../../../schemas/projectState.ts'
import type { Run } from '../../../schemas/run.ts'
import { isActive } from '../runRecord.ts'

/** What a decision depends on, and nothing else. */
export interface Situation {
  readonly life: LifeSettings
  /** Why nothing can be done, such as a label configuration without classes. */
  readonly obstacle: string | undefined
  readonly seeds: {
    /** Seed samples that are on the platform. */
    readonly published: number
    readonly painted: number
    readonly skipped: number
  }
  /** Published tasks that a person submitted: seeds of the next version. */
  readonly corrected: number
  /** Paintings added, changed or removed since the run was begun. */
  readonly changes: number
  /** Whether the run was made from exactly what there is now: paintings, labels, settings. */
  readonly unchanged: boolean
  /** The run that is under way; else one made from exactly what there is now; else the newest. */
  readonly run: Pick<Run, 'version' | 'state' | 'error'> | undefined
  /** Whether a person asked for a run. */
  readonly requested: boolean
  /** When the newest painting was made or changed. */
  readonly newestPaintingAt: Date | undefined
  readonly now: Date
}

export interface Decision {
  readonly next: NextStep
  /** Seed samples that there are to be, painted and skipped ones included. */
  readonly wantedSeeds: number
  /** Whether to begin a run with the present paintings. */
  readonly beginRun: boolean
  /** Whether a person's request for a run is dealt with, by a run or by the reason why there is none. */
  readonly requestAnswered: boolean
  /** Seconds after which the decision may be another without anything having happened. */
  readonly lookAgainAfter: number | undefined
}

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`

export function decide(situation: Situation): Decision {
  const { life, seeds, corrected, unchanged, run, requested } = situation
  const paintings = seeds.painted + corrected
  const wantedSeeds = life.seedCount + seeds.skipped
  const waiting = (kind: NextStep['kind'], reason: string, more: Partial<Decision> = {}): Decision => ({
    next: { kind, reason },
    wantedSeeds,
    beginRun: false,
    requestAnswered: false,
    lookAgainAfter: undefined,
    ...more,
  })

  if (situation.obstacle !== undefined)
    return waiting('blocked', situation.obstacle, { wantedSeeds: 0, requestAnswered: requested })
  if (run !== undefined && isActive(run))
    return waiting('running', `${run.version} is under way; what is painted meanwhile goes into the next one.`)
  if (requested) {
    if (paintings === 0)
      return waiting('painting', 'A run was asked for, but nothing is painted yet: paint at least one seed.', {
        requestAnswered: true,
      })
    if (run === undefined || !unchanged || run.state !== 'done')
      return waiting('running', `A person asked for a run with ${counted(paintings, 'painting')}.`, {
        beginRun: true,
        requestAnswered: true,
      })
    return waiting(
      'painting',
      `A run was asked for, but nothing changed since ${run.version}: paint or correct something first.`,
      {
        requestAnswered: true,
      },
    )
  }
  if (run === undefined) return beforeFirstRun(situation, waiting)
  return afterRun(situation, run, waiting)
}

type Waiting = (kind: NextStep['kind'], reason: string, more?: Partial<Decision>) => Decision

function beforeFirstRun(situation: Situation, waiting: Waiting): Decision {
  const { life, seeds, corrected } = situation
  const paintings = seeds.painted + corrected
  if (seeds.published === 0) return waiting('preparing-seeds', 'The first seed samples are being made.')
  if (paintings < life.seedCount)
    return waiting('painting', `${paintings} of ${counted(life.seedCount, 'seed')} are painted.`)
  if (!life.autoTrain)
    return waiting('painting', `${counted(paintings, 'seed')} painted: start the run when you are ready.`)
  return settleThenRun(situation, waiting, `${counted(paintings, 'seed')} painted`)
}

function afterRun(situation: Situation, run: NonNullable<Situation['run']>, waiting: Waiting): Decision {
  const { life, changes } = situation
  const { version, state } = run
  const since = changes === 0 ? 'nothing changed since' : `${counted(changes, 'change')} since`
  if (life.autoTrain && changes >= life.retrainAfter) return settleThenRun(situation, waiting, `${since} ${version}`)
  if (state === 'failed') {
    const why = run.error?.message ?? 'no reason is known.'
    return waiting('blocked', `${version} failed: ${why} Try it again, or change something.`)
  }
  if (state === 'stopped') return waiting('painting', `${version} was stopped; ${since}.`)
  const needed = life.autoTrain
    ? `the next version begins after ${counted(life.retrainAfter, 'new or changed painting')}`
    : 'the next version begins when you start it'
  return waiting('painting', `${version} is done, ${since}; ${needed}.`)
}

/** A person who paints is not interrupted: a run begins when nothing was painted for a while. */
function settleThenRun({ life, newestPaintingAt, now }: Situation, waiting: Waiting, why: string): Decision {
  const quiet =
    newestPaintingAt === undefined ? Number.POSITIVE_INFINITY : (now.getTime() - newestPaintingAt.getTime()) / 1000
  // A platform's clock that is ahead of ours must not put the run off for ever.
  const left = Math.min(life.debounceSeconds - quiet, life.debounceSeconds)
  if (left > 0)
    return waiting('settling', `${why}: a run begins after ${life.debounceSeconds} s without another change.`, {
      lookAgainAfter: Math.max(1, Math.ceil(left)),
    })
  return waiting('running', `${why}: a run begins.`, { beginRun: true })
}
