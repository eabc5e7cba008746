import { TaskPage } from '../../schemas/labelStudio/api.ts'
import type { OtherTask } from '../platform/index.ts'
import type { LabelStudioClient } from './client.ts'
import { numberOf } from './numberOf.ts'
import { eachTask } from './pages.ts'
import { requireLabelConfig } from './projects.ts'
import { oursIn } from './tasks.ts'

/** Tasks of one request: their numbers stand in its address, which proxies cut at a few thousand characters. */
const pageSize = 100

/**
 * Of the tasks with these ids, those of the project that show an image which is not ours, in the order asked for.
 *
 * They are read as a list: a single task (`/api/tasks/{id}/`) is answered only after its predictions were asked for from
 * the backend, which may be the one that is asking.
 */
export async function listOtherTasks(
  client: LabelStudioClient,
  project: string,
  ids: readonly string[],
): Promise<readonly OtherTask[]> {
  const wanted = [...new Set(ids.map((id) => numberOf(id, 'task')))]
  const field = (await requireLabelConfig(client, project)).image?.field
  if (field === undefined) return []
  const images = new Map<number, OtherTask>()
  for (let first = 0; first < wanted.length; first += pageSize) {
    const tasks = eachTask(client, {
      project: numberOf(project, 'project'),
      among: wanted.slice(first, first + pageSize),
      pageSize,
      // A list that is reviewed asks no backend for predictions either.
      shape: { fields: 'task_only', include: 'id,data', review: 'true' },
      answer: TaskPage,
      what: `reading tasks of project ${project}`,
    })
    for await (const { id, data } of tasks) {
      const image = data[field]
      if (oursIn(data) !== undefined || typeof image !== 'string' || image.trim() === '') continue
      images.set(Number(id), { id, image: image.trim() })
    }
  }
  return wanted.flatMap((number) => images.get(number) ?? [])
}
