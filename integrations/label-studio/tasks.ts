import { TaskPage } from '../../schemas/labelStudio/api.ts'
import type { PlatformTask, TaskKind } from '../platform/index.ts'
import type { LabelStudioClient } from './client.ts'
import { kindField, sampleField } from './format/index.ts'
import { numberOf } from './numberOf.ts'
import { eachTask, type TaskFilter } from './pages.ts'

/** Tasks whose data names a sample. A project may hold many thousand others, each of which takes the server milliseconds. */
export const ofSamples: TaskFilter = {
  filter: `filter:tasks:data.${sampleField}`,
  operator: 'contains',
  type: 'String',
  value: '-s',
}

/** What of ours a task's data says; undefined where the task is not ours. */
export function oursIn(
  data: Readonly<Record<string, unknown>>,
): { readonly sample: string; readonly kind: TaskKind | undefined } | undefined {
  const sample = data[sampleField]
  const kind = data[kindField]
  if (typeof sample !== 'string' || sample === '') return undefined
  return { sample, kind: kind === 'seed' || kind === 'generated' ? kind : undefined }
}

/**
 * All tasks of a project that show a sample. The server reads a task's annotations and predictions from its database even where they are not
 * asked for, which bounds the page's size.
 */
export async function* listTasks(client: LabelStudioClient, project: string): AsyncGenerator<PlatformTask> {
  const tasks = eachTask(client, {
    project: numberOf(project, 'project'),
    filters: [ofSamples],
    pageSize: 200,
    shape: { fields: 'task_only', include: 'id,data' },
    answer: TaskPage,
    what: `listing the tasks of project ${project}`,
  })
  for await (const { id, data } of tasks) {
    const ours = oursIn(data)
    if (ours !== undefined) yield { id, ...ours }
  }
}
