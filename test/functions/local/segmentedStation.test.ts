import { expect, test } from 'vitest'
import { listRuns } from '../../../functions/runs.ts'
import { updateJson } from '../../../integrations/storage/index.ts'
import { Project } from '../../../schemas/project.ts'
import { tinySegmenter } from '../tinyProject.ts'
import { keys, makeWorld, paintingOf, projectId, tinyPlatformProject } from './memoryStation.ts'

test('a segmenter that cannot be trained leaves what is published; the run goes on when it can', async () => {
  const settings = { samplesPerRun: 1, dropShare: 0, segmenter: tinySegmenter }
  const world = await makeWorld(await tinyPlatformProject({ publishShare: 1 }, settings))
  const { platform } = world
  const seeded = world.said('work is done')
  const station = world.open()
  await seeded
  for (const { id, sample = '' } of platform.tasks(projectId)) {
    const labelMap = await paintingOf(Number(/-s(\d+)-/.exec(sample)?.[1]))
    platform.annotate({ project: projectId, task: id, labelMap, by: '1' })
  }
  const published = () => platform.tasks(projectId).filter(({ kind }) => kind === 'generated')
  const run = async () => (await listRuns(world.store, keys)).at(-1)

  // Of one image, none could be held out.
  await world.doing('sixteen-v1', () => world.send('annotations'))
  expect(await run()).toMatchObject({ version: 'sixteen-v1', state: 'failed', error: { phase: 'segment' } })
  expect(published()).toHaveLength(1)
  expect((await platform.readProject(projectId)).shown).toBe('sixteen-v1')

  await updateJson(world.store, keys.project, Project, (project) => ({
    ...project,
    settings: { ...project.settings, samplesPerRun: 4 },
  }))
  await world.doing('sixteen-v1', () => world.send('train'))
  const names = (await run())?.phases.map(({ name }) => name)
  expect(await run()).toMatchObject({ version: 'sixteen-v1', state: 'done' })
  expect(names).toEqual(['train', 'distil', 'generate', 'curate', 'publish', 'segment', 'evaluate', 'report'])
  expect(published()).toHaveLength(4)
  expect(await world.store.head(keys.run('sixteen-v1').segmenterRecord)).toBeDefined()
  await station.close()
})
