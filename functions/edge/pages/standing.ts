/** Where a project stands: which of its runs matters now, and what can be done with it. Decides, reads nothing. */

import { draftVersion } from '../../../schemas/modelVersion.ts'
import { isActive } from '../../factory/runRecord.ts'
import type { ProjectView, RunView } from './reading/views.ts'

export const newestRun = <R extends RunView>({ runs }: ProjectView<R>): R | undefined => runs.at(-1)

/** The version whose predictions the platform shows; undefined where that is none of the runs. */
export function shownVersion({ serving }: ProjectView): string | undefined {
  return serving === undefined || serving.version === draftVersion ? undefined : serving.version
}

/** The run that pictures and numbers are taken from: the one shown, else the newest that is done. */
export function featuredRun<R extends RunView>(view: ProjectView<R>): R | undefined {
  const shown = shownVersion(view)
  return view.runs.findLast(({ run }) => run.version === shown) ?? view.runs.findLast(({ run }) => run.state === 'done')
}

/** The run before this one that was finished, to compare with. */
export function previousDone<R extends RunView>({ runs }: ProjectView<R>, { run }: RunView): R | undefined {
  const index = runs.findIndex((other) => other.run.version === run.version)
  return runs.slice(0, Math.max(index, 0)).findLast((other) => other.run.state === 'done')
}

/** Something that a person can ask for. */
export interface Control {
  readonly id: string
  readonly label: string
  /** What it would do, or why it cannot be asked for now. */
  readonly about: string
  readonly possible: boolean
  readonly method: 'POST' | 'PUT'
  /** Below the project's address. */
  readonly path: string
  readonly body: Readonly<Record<string, string>>
  /** Said when it was taken. */
  readonly taken: string
}

/** What can be asked of a project: each control is always there, so that it is found in one place. */
export function controlsOf(view: ProjectView): readonly Control[] {
  const { state } = view
  const newest = newestRun(view)?.run
  const underWay = newest !== undefined && isActive(newest) ? newest : undefined
  const halted = newest?.state === 'failed' || newest?.state === 'stopped' ? newest : undefined
  const paintings = (state?.seeds.painted ?? 0) + (state?.corrected ?? 0)

  const train = ((): readonly [boolean, string] => {
    if (state === undefined) return [false, 'No annotation platform is connected: runs are started by command.']
    if (underWay !== undefined) return [false, `${underWay.version} is under way: changes are followed up after it.`]
    if (paintings === 0) return [false, 'Nothing is painted yet.']
    // A run that failed blocks a project too, but a person may well want another one.
    if (state.next.kind === 'blocked' && halted === undefined)
      return [false, 'Blocked: something has to be changed first.']
    return [
      true,
      `Begins a run now, with ${paintings === 1 ? 'the one painting' : `the ${paintings} paintings`} there ${paintings === 1 ? 'is' : 'are'}.`,
    ]
  })()

  return [
    {
      id: 'train',
      label: 'Train now',
      possible: train[0],
      about: train[1],
      method: 'POST',
      path: 'start',
      body: {},
      taken: 'A run was asked for.',
    },
    {
      id: 'stop',
      label: 'Stop',
      possible: underWay !== undefined,
      about: underWay === undefined ? 'No run is under way.' : `Stops ${underWay.version} at its next safe point.`,
      method: 'POST',
      path: `runs/${underWay?.version ?? ''}/stop`,
      body: {},
      taken: `${underWay?.version ?? ''} is asked to stop.`,
    },
    {
      id: 'retry',
      label: 'Try again',
      possible: halted !== undefined,
      about: halted === undefined ? 'No run has failed or was stopped.' : `${halted.version} goes on where it was.`,
      method: 'POST',
      path: `runs/${halted?.version ?? ''}/retry`,
      body: {},
      taken: `${halted?.version ?? ''} is asked to go on.`,
    },
  ]
}

/** Shows a version's predictions on the platform. */
export const showControl = (version: string): Control => ({
  id: `show-${version}`,
  label: 'Show this version',
  possible: true,
  about: '',
  method: 'PUT',
  path: 'serving',
  body: { version },
  taken: `${version} is going to be shown.`,
})
