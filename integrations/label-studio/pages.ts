import type { z } from 'zod'
import type { LabelStudioClient } from './client.ts'
import { RefusedError } from './errors.ts'

/** A condition of the data manager's filters. */
export interface TaskFilter {
  /** Column, such as `filter:tasks:id`. */
  readonly filter: string
  readonly operator: string
  readonly type: string
  readonly value: unknown
}

export interface TaskPages<Task extends { readonly id: string }> {
  readonly project: number
  /** Which tasks, besides all. */
  readonly filters?: readonly TaskFilter[]
  /** Numbers of the tasks that may be among them; at least one. @default all */
  readonly among?: readonly number[]
  readonly pageSize: number
  /** What of each task is answered: query parameters `fields`, `include`, `omit`. */
  readonly shape: Readonly<Record<string, string>>
  readonly answer: z.ZodType<{ readonly tasks: readonly Task[] }>
  readonly what: string
}

/**
 * All tasks in the order of their ids, page by page, each once. A page begins behind the last id of the one before it and
 * not at a count, so that tasks which come and go in the meantime neither hide others nor show them twice.
 */
export async function* eachTask<Task extends { readonly id: string }>(
  client: LabelStudioClient,
  pages: TaskPages<Task>,
): AsyncGenerator<Task> {
  let last = -1
  for (;;) {
    const { tasks } = await onePage(client, pages, last)
    const fresh = tasks
      .filter(({ id }, index) => Number(id) > last && tasks.findIndex((task) => task.id === id) === index)
      .toSorted((first, second) => Number(first.id) - Number(second.id))
    yield* fresh
    // A server that does not know the filter answers with the same page again.
    if (fresh.length === 0 || tasks.length < pages.pageSize) return
    last = Number(fresh.at(-1)?.id)
  }
}

async function onePage<Task extends { readonly id: string }>(
  client: LabelStudioClient,
  { project, filters = [], among, pageSize, shape, answer, what }: TaskPages<Task>,
  after: number,
): Promise<{ readonly tasks: readonly Task[] }> {
  const behind = { filter: 'filter:tasks:id', operator: 'greater', type: 'Number', value: after }
  const query = {
    ...shape,
    project,
    page: 1,
    page_size: pageSize,
    // Addresses of images are left as they were imported.
    resolve_uri: false,
    query: JSON.stringify({
      filters: { conjunction: 'and', items: [...filters, behind] },
      ordering: ['tasks:id'],
      ...(among === undefined ? {} : { selectedItems: { all: false, included: among } }),
    }),
  }
  try {
    return await client.call({ method: 'GET', path: '/api/tasks/', query, answer, what })
  } catch (error) {
    // How Label Studio says that a page begins behind the last task.
    if (error instanceof RefusedError && error.status === 404 && /invalid page/i.test(error.detail))
      return { tasks: [] }
    throw error
  }
}
