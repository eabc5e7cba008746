/** A run's record through its life: pure steps from one record to the next. */
import type { PhaseName, Run, RunMachine, RunPhase, RunState, RunVersion } from '../../schemas/run.ts'

const stateOfPhase: Readonly<Record<PhaseName, RunState>> = {
  train: 'training',
  distil: 'distilling',
  generate: 'generating',
  curate: 'curating',
  evaluate: 'evaluating',
  report: 'evaluating',
  publish: 'curating',
}

/** A run that has not begun. @param inputs see `runInputs` */
export function newRun(version: RunVersion, inputs: string, now: Date): Run {
  return { schemaVersion: 1, version, state: 'created', inputs, createdAt: now.toISOString(), phases: [] }
}

/** A phase begins, or goes on after an interruption: it keeps its entry. */
export function beginPhase(run: Run, name: PhaseName, now: Date, machine: RunMachine): Run {
  const known = run.phases.some((phase) => phase.name === name)
  const entry: RunPhase = { name, startedAt: now.toISOString(), seconds: 0 }
  const { error: _, ...rest } = run
  return { ...rest, machine, state: stateOfPhase[name], phases: known ? run.phases : [...run.phases, entry] }
}

/** @param seconds worked in this attempt */
export function endPhase(run: Run, name: PhaseName, now: Date, seconds: number): Run {
  return {
    ...run,
    phases: run.phases.map((phase) =>
      phase.name === name ? { ...phase, finishedAt: now.toISOString(), seconds: phase.seconds + seconds } : phase,
    ),
  }
}

export function completeRun(run: Run): Run {
  return { ...run, state: 'done' }
}

/** A person interrupted it: the same command goes on. */
export function stopRun(run: Run): Run {
  const { error: _, ...rest } = run
  return { ...rest, state: 'stopped' }
}

export function failRun(run: Run, message: string, phase: PhaseName): Run {
  return { ...run, state: 'failed', error: { message: message || 'unknown error', phase } }
}
