/** A project of the fake Label Studio. */
import { z } from 'zod'

export interface FakeProject {
  /** As the API shows it. */
  answer(): object
  change(body: unknown): object
  upload(files: readonly unknown[]): readonly number[]
  uploads(): readonly object[]
  importTasks(tasks: readonly { readonly data: Readonly<Record<string, unknown>> }[]): number
  /** The data manager's list. @param query its filters, as JSON */
  tasks(query: string): readonly FakeTask[]
  /** Annotates every task. @param paint makes the regions of a sample */
  annotate(paint: (sample: string) => Promise<readonly object[]>): Promise<void>
}

interface FakeTask {
  readonly id: number
  readonly data: Readonly<Record<string, unknown>>
  readonly annotations: object[]
}

const Change = z.object({ model_version: z.string() })
const Query = z.object({
  filters: z.object({ items: z.array(z.object({ filter: z.string(), value: z.unknown() })) }),
})

/** @param labelConfig XML */
export function makeFakeProject(id: number, labelConfig: string): FakeProject {
  const tasks: FakeTask[] = []
  const sizes: number[] = []
  let shown = ''
  const answer = () => ({ id, title: `Project ${id}`, label_config: labelConfig, model_version: shown })

  return {
    answer,
    change(body) {
      shown = Change.parse(body).model_version
      return answer()
    },
    upload: (files) =>
      files.map((file) => {
        sizes.push(file instanceof File ? file.size : 0)
        return sizes.length
      }),
    uploads: () => sizes.map((size, index) => ({ id: index + 1, file: `upload/${id}/${index + 1}.png`, size })),
    importTasks(imported) {
      for (const { data } of imported) tasks.push({ id: 1000 * id + tasks.length, data, annotations: [] })
      return imported.length
    },
    tasks(query) {
      const { items } = Query.parse(JSON.parse(query)).filters
      const asks = (name: string) => items.find(({ filter }) => filter === `filter:tasks:${name}`)
      if (asks('predictions_model_versions') !== undefined) return []
      const after = Number(asks('id')?.value)
      const annotatedOnly = asks('annotations_ids') !== undefined
      return tasks.filter((task) => task.id > after && (!annotatedOnly || task.annotations.length > 0))
    },
    async annotate(paint) {
      const at = '2030-01-01T00:00:00.000000Z'
      for (const { id: task, data, annotations } of tasks) {
        const result = await paint(String(data.sample))
        annotations.push({ id: task, result, was_cancelled: false, created_at: at, updated_at: at, lead_time: 40 })
      }
    },
  }
}
