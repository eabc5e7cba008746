import { expect, test } from 'vitest'
import { z } from 'zod'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import { openEdge } from '../edgeUnderTest.ts'
import { addProject, avatars } from '../storeOfRuns.ts'

test('a damaged record hides no other project, and stands in the log', async () => {
  const store = openMemoryStore()
  await addProject(store, avatars, [])
  await store.create('projects/local-broken/project.json', new TextEncoder().encode('{'))
  const { ask, lines } = openEdge({ store })
  const { status, json } = await ask('GET', '/api/projects')
  expect(status).toBe(200)
  const Listed = z.object({ projects: z.array(z.object({ project: z.object({ id: z.string() }) })) })
  expect(Listed.parse(json).projects.map(({ project }) => project.id)).toEqual(['avatars'])
  expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'a project could not be read' }))
})
