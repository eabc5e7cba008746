import { describe, expect, test } from 'vitest'
import {
  type Attempt,
  beginPhase,
  endPhase,
  failRun,
  newRun,
  restRun,
  stopRun,
} from '../../../functions/factory/runRecord.ts'
import { PhaseName, Run, type RunMachine } from '../../../schemas/run.ts'

const at = (seconds: number): Date => new Date(Date.UTC(2030, 0, 1, 0, 0, seconds))
const machine: RunMachine = { device: 'cpu', description: 'a processor', threads: 2, versions: { sixteen: '0.1.0' } }
const other: RunMachine = { ...machine, device: 'cuda' }
const attempt = (name: Attempt['name'], end: number, seconds: number, own = machine): Attempt => ({
  name,
  now: at(end),
  seconds,
  machine: own,
})
const fresh = newRun('sixteen-v1', { inputs: 'a'.repeat(64), paintings: [] }, at(0))
const phaseOf = (run: Run, name: string) => run.phases.find((phase) => phase.name === name)

describe("a run's record", () => {
  test('is one at every step', () => {
    const begun = beginPhase(fresh, 'train', at(1))
    const failed = failRun(begun, 'no luck', attempt('train', 2, 1))
    const again = beginPhase(failed, 'train', at(3))
    const done = restRun(endPhase(again, attempt('train', 5, 2), true), true)
    for (const run of [fresh, begun, failed, again, done, stopRun(again)]) expect(Run.parse(run)).toEqual(run)
    expect([fresh, begun, failed, again, done].map(({ state }) => state)).toEqual([
      'created',
      'training',
      'failed',
      'training',
      'done',
    ])
  })

  test('adds up the seconds of failed, stopped and finished attempts', () => {
    const failed = failRun(beginPhase(fresh, 'train', at(1)), 'no luck', attempt('train', 3, 2))
    const stopped = stopRun(beginPhase(failed, 'train', at(10)), attempt('train', 14, 4))
    const done = endPhase(beginPhase(stopped, 'train', at(20)), attempt('train', 21, 1), true)
    expect(phaseOf(done, 'train')).toEqual({
      name: 'train',
      startedAt: at(1).toISOString(),
      finishedAt: at(21).toISOString(),
      seconds: 7,
    })
  })

  test('says why and where a run failed, until it goes on', () => {
    const failed = failRun(beginPhase(fresh, 'distil', at(1)), 'no luck', attempt('distil', 2, 1))
    expect(failed).toMatchObject({ state: 'failed', error: { message: 'no luck', phase: 'distil' } })
    expect(beginPhase(failed, 'distil', at(3)).error).toBeUndefined()
    expect(failRun(fresh, '', attempt('train', 1, 0)).error?.message).toBe('unknown error')
  })

  test('keeps a finished phase as it was where there was nothing to do', () => {
    const done = endPhase(beginPhase(fresh, 'train', at(1)), attempt('train', 2, 1), true)
    const looked = endPhase(beginPhase(done, 'train', at(10)), attempt('train', 11, 1, other), false)
    expect(phaseOf(looked, 'train')).toEqual(phaseOf(done, 'train'))
    expect(looked.machine).toEqual(machine)
  })

  test('counts on in a phase that found more to do', () => {
    const done = endPhase(beginPhase(fresh, 'generate', at(1)), attempt('generate', 2, 1), true)
    const grown = endPhase(beginPhase(done, 'generate', at(10)), attempt('generate', 13, 3, other), true)
    expect(phaseOf(grown, 'generate')).toMatchObject({ seconds: 4, finishedAt: at(13).toISOString() })
    expect(grown.machine).toEqual(other)
  })

  test('names the machine that decided the bytes, not one that worked on what was made', () => {
    const done = endPhase(beginPhase(fresh, 'generate', at(1)), attempt('generate', 2, 1), true)
    for (const name of ['segment', 'report'] as const) {
      const later = endPhase(beginPhase(done, name, at(3)), attempt(name, 4, 1, other), true)
      expect(later.machine).toEqual(machine)
    }
  })

  test('says that it is segmenting once its images are published, and before they are measured', () => {
    expect(beginPhase(fresh, 'segment', at(1)).state).toBe('segmenting')
    expect(PhaseName.options.slice(-4)).toEqual(['publish', 'segment', 'evaluate', 'report'])
  })

  test('rests as done where the dataset is complete, else as stopped', () => {
    expect(restRun(fresh, true).state).toBe('done')
    expect(restRun(fresh, false).state).toBe('stopped')
  })

  test('stays readable when the clock is set back', () => {
    const done = endPhase(beginPhase(fresh, 'train', at(50)), attempt('train', 10, 0), true)
    expect(Run.safeParse(done).success).toBe(true)
  })
})
