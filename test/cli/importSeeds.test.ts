import { expect, test } from 'vitest'
import { getJson } from '../../integrations/storage/index.ts'
import { openMemoryStore } from '../../integrations/storage/memory.ts'
import { Project } from '../../schemas/project.ts'
import { makeTinyProject, tinyKeys } from '../functions/tinyProject.ts'

test('a wish for a segmenter stays while nobody speaks of it, is replaced as a whole, and goes when it is taken back', async () => {
  const store = openMemoryStore()
  const wished = async () => (await getJson(store, tinyKeys.project, Project))?.value.settings.segmenter
  await makeTinyProject(store)
  expect(await wished()).toBeUndefined()
  await makeTinyProject(store, { segmenter: { steps: 100 } })
  await makeTinyProject(store, { members: 3 })
  expect(await wished()).toEqual({ steps: 100 })
  await makeTinyProject(store, { segmenter: { backbone: 'resnet18' } })
  expect(await wished()).toEqual({ backbone: 'resnet18' })
  await makeTinyProject(store, { segmenter: undefined })
  expect(await wished()).toBeUndefined()
})
