import { TaskPage } from '../../schemas/labelStudio/api.ts'
import type { PlatformTask, TaskKind } from '../platform/index.ts'
import type { LabelStudioClient } from './client.ts'
import { kindField, sampleField } from './format/index.ts'
import { numberOf } from './numberOf.ts'
import { eachTask } from './pages.ts'

/** What of ours a task's data says. */
export function oursIn(data: Readonly<Record<string, unknown>>): {
  readonly sample: string | undefined
  readonly kind: TaskKind | undefined
} {
  const sample = data[sampleField]
  const kind = data[kindField]
  if (typeof sample !== 'string' || sample === '') return { sample: undefined, kind: undefined }
  return { sample, kind: kind === 'seed' || kind === 'generated' ? kind : undefined }
}

/**
 * All tasks of a project. The server reads a task's annotations and predictions from its database even where they are not
 * asked for, which bounds the page's size.
 */
export async function* listTasks(client: LabelStudioClient, project: string): AsyncGenerator<PlatformTask> {
  const tasks = eachTask(client, {
    project: numberOf(project, 'project'),
    pageSize: 200,
    shape: { fields: 'task_only', include: 'id,data' },
    answer: TaskPage,
    what: `listing the tasks of project ${project}`,
  })
  for await (const { id, data } of tasks) yield { id, ...oursIn(data) }
}
