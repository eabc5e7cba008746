import { Created, Views } from '../../schemas/labelStudio/api.ts'
import type { LabelStudioClient } from './client.ts'
import { numberOf } from './numberOf.ts'

/** The tab in which work is ordered by uncertainty: the lowest score of the version shown first, without score last. */
const uncertainFirst = { title: 'Most uncertain first', ordering: ['tasks:predictions_score'] }

/**
 * Makes the tabs of the data manager that are missing. An ordinary one belongs to them: the first task opened in a project
 * without any saved view shows no predictions.
 */
export async function prepareViews(client: LabelStudioClient, project: string): Promise<void> {
  const number = numberOf(project, 'project')
  const what = `preparing the views of project ${project}`
  const place = { path: '/api/dm/views/', query: { project: number }, what }
  const views = await client.call({ ...place, method: 'GET', answer: Views })
  const add = async (view: { readonly title: string; readonly ordering?: readonly string[] }) => {
    const body = { project: number, data: { type: 'list', target: 'tasks', ...view } }
    await client.call({ ...place, method: 'POST', body, answer: Created })
  }
  if (views.length === 0) await add({ title: 'Default' })
  if (!views.some(({ data }) => data?.title === uncertainFirst.title)) await add(uncertainFirst)
}
