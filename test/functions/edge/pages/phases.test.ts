import { expect, test } from 'vitest'
import type { ProjectDetails } from '../../../../functions/edge/pages/reading/views.ts'
import { phases } from '../../../../functions/edge/pages/sections/phases.ts'
import type { ProjectSettings } from '../../../../schemas/project.ts'
import { allPhases, finished, projectOf, runOf, stateOf } from './records.ts'

function viewOf(settings: Partial<ProjectSettings>): ProjectDetails {
  const project = projectOf('8')
  return {
    path: { platform: 'label-studio', id: '8' },
    name: 'label-studio-8',
    title: 'Faces',
    project: { ...project, settings: { ...project.settings, ...settings } },
    state: stateOf('8', {}),
    serving: undefined,
    seeds: undefined,
    runs: [],
    queue: { messages: 0, dead: 0 },
    damaged: [],
  }
}

/** What a reader hears of each phase. */
async function told(settings: Partial<ProjectSettings>, run?: ReturnType<typeof runOf>): Promise<readonly string[]> {
  const page = String(await phases(viewOf(settings), { run, withPurpose: false }))
  return [...page.matchAll(/<span>(\w+)<span class="hidden-text">, ([\w ]+)</g)].map(
    ([, word, standing]) => `${word} ${standing}`,
  )
}

const [train, distil, generate, curate, publish] = ['Train', 'Distil', 'Generate', 'Curate', 'Publish']

test('a run to come has a segmenter’s phase where the project wishes for one', async () => {
  const before = [train, distil, generate, curate, publish].map((word) => `${word} to come`)
  expect(await told({})).toEqual([...before, 'Evaluate to come', 'Report to come'])
  expect(await told({ segmenter: {} })).toEqual([...before, 'Segment to come', 'Evaluate to come', 'Report to come'])
})

test('a run whose segmenter is trained says so', async () => {
  const { finishedAt: _, ...begun } = finished('segment', 0)
  const run = runOf(2, 'segmenting', [...allPhases.slice(0, 5), begun])
  expect((await told({ segmenter: {} }, run)).slice(-4)).toEqual([
    'Publish finished',
    'Segment under way',
    'Evaluate to come',
    'Report to come',
  ])
})

test('a run that had no segmenter shows none, whatever is wished for since', async () => {
  const run = runOf(2, 'done', allPhases)
  expect(await told({ segmenter: {} }, run)).not.toContain('Segment to come')
})
