/** A run's record through its life: pure steps from one record to the next. */

import type { PhaseName, Run, RunMachine, RunPhase, RunState, RunVersion } from '../../schemas/run.ts'
import type { RunInputs } from './runInputs.ts'

const stateOfPhase: Readonly<Record<PhaseName, RunState>> = {
  train: 'training',
  distil: 'distilling',
  generate: 'generating',
  curate: 'curating',
  publish: 'publishing',
  segment: 'segmenting',
  evaluate: 'evaluating',
  report: 'evaluating',
}

const restingStates: ReadonlySet<RunState> = new Set(['done', 'failed', 'stopped'])

/** Whether a run is under way, or waits to be. */
export function isActive({ state }: Pick<Run, 'state'>): boolean {
  return !restingStates.has(state)
}

/** Phases that make the dataset, whose bytes depend on what computes them. */
const decidesBytes: ReadonlySet<PhaseName> = new Set(['train', 'distil', 'generate'])

/** A run that has not begun. */
export function newRun(version: RunVersion, { inputs, paintings }: RunInputs, now: Date): Run {
  return { schemaVersion: 1, version, state: 'created', inputs, paintings, createdAt: now.toISOString(), phases: [] }
}

/** A phase begins, or goes on after an interruption: it keeps its entry. What went wrong before is forgotten. */
export function beginPhase(run: Run, name: PhaseName, now: Date): Run {
  const known = run.phases.some((phase) => phase.name === name)
  const entry: RunPhase = { name, startedAt: now.toISOString(), seconds: 0 }
  return { ...withoutError(run), state: stateOfPhase[name], phases: known ? run.phases : [...run.phases, entry] }
}

/** What came of one attempt at a phase. */
export interface Attempt {
  readonly name: PhaseName
  /** When it ended. */
  readonly now: Date
  /** Worked in this attempt. */
  readonly seconds: number
  /** What computed it. */
  readonly machine: RunMachine
}

/**
 * A phase ends. Where there was nothing to do it keeps its end, and the run its machine: those of the attempt that made
 * what is there.
 * @param worked whether the attempt made anything
 */
export function endPhase(run: Run, { name, now, seconds, machine }: Attempt, worked: boolean): Run {
  const known = run.phases.find((phase) => phase.name === name)
  if (!worked && known?.finishedAt !== undefined) return run
  // A clock that was set back must not make the record unreadable.
  const finishedAt = (phase: RunPhase): string => [now.toISOString(), phase.startedAt].toSorted().at(-1) ?? ''
  return {
    ...run,
    machine: worked && decidesBytes.has(name) ? machine : (run.machine ?? machine),
    phases: run.phases.map((phase) =>
      phase.name === name ? { ...phase, finishedAt: finishedAt(phase), seconds: phase.seconds + seconds } : phase,
    ),
  }
}

/**
 * All that was asked for is done.
 * @param complete whether the run's dataset is; else the run waits for someone to go on with it
 */
export function restRun(run: Run, complete: boolean): Run {
  return { ...withoutError(run), state: complete ? 'done' : 'stopped' }
}

/** A person interrupted it: the same command goes on.. */
export function stopRun(run: Run, attempt?: Attempt): Run {
  return { ...withoutError(attempt === undefined ? run : addSeconds(run, attempt)), state: 'stopped' }
}

/** The process that works on it ends; the run keeps its state, and goes on when there is another. */
export function pauseRun(run: Run, attempt: Attempt): Run {
  return addSeconds(run, attempt)
}

/** A run that failed or was stopped is to go on. */
export function reopenRun(run: Run): Run {
  return run.state === 'failed' || run.state === 'stopped' ? { ...withoutError(run), state: 'created' } : run
}

export function failRun(run: Run, message: string, attempt: Attempt): Run {
  return {
    ...addSeconds(run, attempt),
    state: 'failed',
    error: { message: message || 'unknown error', phase: attempt.name },
  }
}

function addSeconds(run: Run, { name, seconds, machine }: Attempt): Run {
  const phases = run.phases.map((phase) =>
    phase.name === name ? { ...phase, seconds: phase.seconds + seconds } : phase,
  )
  return { ...run, machine: run.machine ?? machine, phases }
}

function withoutError({ error: _, ...run }: Run): Run {
  return run
}
