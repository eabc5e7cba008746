import { describe, expect, test } from 'vitest'
import { comparePartScores, difference } from '../../../../functions/edge/pages/comparison.ts'
import type { ProjectView } from '../../../../functions/edge/pages/reading/views.ts'
import { controlsOf, featuredRun, previousDone } from '../../../../functions/edge/pages/standing.ts'
import type { ProjectState } from '../../../../schemas/projectState.ts'
import type { Run } from '../../../../schemas/run.ts'
import { evaluationOf, runOf, stateOf } from './records.ts'

const viewOf = (runs: readonly Run[], fields: Partial<ProjectView> = {}): ProjectView => ({
  path: { platform: 'label-studio', id: '8' },
  name: 'label-studio-8',
  title: 'Faces',
  project: undefined,
  state: undefined,
  serving: undefined,
  seeds: undefined,
  runs: runs.map((run) => ({ run, progress: undefined })),
  queue: { messages: 0, dead: 0 },
  damaged: [],
  ...fields,
})

const painted = (fields: Partial<Omit<ProjectState, 'seeds'>> = {}): ProjectState =>
  stateOf('8', { seeds: { painted: 16 }, ...fields })

const failed = runOf(2, 'failed', [], { error: { message: 'no space left' } })

const possible = (view: ProjectView): string[] =>
  controlsOf(view)
    .filter((control) => control.possible)
    .map(({ id }) => id)

describe('what can be asked for', () => {
  test.each([
    ['nothing without a platform', viewOf([runOf(1, 'done')]), []],
    ['nothing while nothing is painted', viewOf([], { state: stateOf('8', {}) }), []],
    ['a run once something is painted', viewOf([], { state: stateOf('8', { seeds: { painted: 1 } }) }), ['train']],
    ['a stop of what is under way', viewOf([runOf(1, 'generating')], { state: painted() }), ['stop']],
    ['a stop of what has not begun', viewOf([runOf(1, 'created')], { state: painted() }), ['stop']],
    ['another try of what failed', viewOf([failed], { state: painted() }), ['train', 'retry']],
    ['another try of what was stopped', viewOf([runOf(1, 'stopped')], { state: painted() }), ['train', 'retry']],
    ['a new run after one that is done', viewOf([runOf(1, 'done')], { state: painted() }), ['train']],
    [
      'no new run while something has to be changed first',
      viewOf([runOf(1, 'done')], { state: painted({ next: { kind: 'blocked', reason: 'There is no brush.' } }) }),
      [],
    ],
    [
      'either where a run that failed is in the way',
      viewOf([failed], { state: painted({ next: { kind: 'blocked', reason: 'sixteen-v2 failed.' } }) }),
      ['train', 'retry'],
    ],
  ])('is %s', (_, view, ids) => {
    expect(possible(view)).toEqual(ids)
  })

  test('names the run it is for', () => {
    const controls = controlsOf(viewOf([runOf(1, 'done'), failed], { state: painted() }))
    expect(controls.find(({ id }) => id === 'retry')).toMatchObject({ method: 'POST', path: 'runs/sixteen-v2/retry' })
  })

  test('says why it cannot be done', () => {
    const about = controlsOf(viewOf([runOf(3, 'training')], { state: painted() })).map((control) => control.about)
    expect(about[0]).toContain('sixteen-v3 is under way')
    expect(about[2]).toBe('No run has failed or was stopped.')
  })
})

describe('the run that pictures come from', () => {
  const runs = [runOf(1, 'done'), runOf(2, 'done'), runOf(3, 'training')]
  const serving = (version: string) => ({ serving: { schemaVersion: 1 as const, version, chosen: true } })

  test('is the one shown on the platform', () => {
    expect(featuredRun(viewOf(runs, serving('sixteen-v1')))?.run.version).toBe('sixteen-v1')
  })

  test.each([['sixteen-v0'], ['sixteen-v9']])('is the newest that is done where %s is shown', (version) => {
    expect(featuredRun(viewOf(runs, serving(version)))?.run.version).toBe('sixteen-v2')
  })

  test('is none before one is done', () => {
    expect(featuredRun(viewOf([runOf(1, 'training')]))).toBeUndefined()
  })
})

test('a version is compared with the one before that was finished', () => {
  const view = viewOf([runOf(1, 'done'), runOf(2, 'stopped'), runOf(3, 'done')])
  const previous = (index: number): string | undefined => {
    const run = view.runs[index]
    return run && previousDone(view, run)?.run.version
  }
  expect(previous(2)).toBe('sixteen-v1')
  expect(previous(0)).toBeUndefined()
})

describe('scores of parts', () => {
  test('are compared by name, since ids change with the label list', () => {
    const before = evaluationOf('sixteen-v1', [0.9, 0.5, 0.4])
    const after = { ...evaluationOf('sixteen-v2', [0.9]), parts: [{ id: 0, name: 'person/clothing', iou: 0.65 }] }
    expect(comparePartScores(after, before)).toEqual([
      { id: 0, name: 'person/clothing', iou: 0.65, change: 0.65 - 0.4 },
    ])
  })

  test('have no change where one of them is missing', () => {
    expect(difference(0.5, null)).toBeUndefined()
    expect(difference(undefined, 0.5)).toBeUndefined()
    const [first] = comparePartScores(evaluationOf('sixteen-v1', [0.9]), undefined)
    expect(first?.change).toBeUndefined()
  })
})
