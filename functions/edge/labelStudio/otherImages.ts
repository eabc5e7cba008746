/** Images that are not ours, in `/predict`: the segmenter of the version shown labels them. */
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { draftVersion } from '../../../schemas/modelVersion.ts'
import { SegmenterRecord } from '../../../schemas/segmenter.ts'
import { createDigests } from '../digests.ts'
import type { TaskAnswer } from '../labeler.ts'
import type { Edge } from '../options.ts'
import type { Answer } from './answer.ts'
import { type Asking, encodeItem } from './asking.ts'

const capacity = 64

/** A task, and where its answer goes. */
export interface AskedTask {
  readonly index: number
  readonly task: string
}

export interface OtherImages {
  /**
   * Puts into the answer what can be labelled in time.
   * @returns the tasks that are to be labelled later
   */
  answer(asking: Asking, tasks: readonly AskedTask[], answer: Answer, inTime: AbortSignal): Promise<readonly string[]>
  /** @returns undefined where nothing can be labelled, or not in time */
  labelOne(asking: Asking, task: string, inTime: AbortSignal): Promise<TaskAnswer | undefined>
}

export function openOtherImages(edge: Edge): OtherImages {
  const segmenterOf = createDigests(edge.store, { schema: SegmenterRecord, capacity, digest: ({ run }) => run })

  /** Task after task, until the time is over. */
  async function* label(asking: Asking, tasks: readonly string[], signal: AbortSignal): AsyncGenerator<TaskAnswer> {
    const { project, version } = asking
    if (edge.labeler === undefined || version === draftVersion) return
    const { platform, id } = project
    try {
      yield* edge.labeler.label({ platform, project: id, version, tasks, signal })
    } catch (error) {
      if (signal.aborted) return
      edge.log?.error({ err: error, project: `${platform}-${id}`, version }, 'images could not be labelled')
    }
  }
  const hasSegmenter = async ({ project, version }: Asking): Promise<boolean> => {
    if (version === draftVersion) return false
    const key = projectKeys(project.platform, project.id).run(version).segmenterRecord
    return (await segmenterOf(key)) !== undefined
  }

  return {
    async answer(asking, tasks, answer, inTime) {
      if (tasks.length === 0) return []
      if (!(await hasSegmenter(asking)))
        // Where one is wished for, the next run, or the one under way, will have one.
        return asking.project.settings.segmenter === undefined ? [] : tasks.map(({ task }) => task)
      const places = new Map(tasks.map(({ task, index }) => [task, index]))
      const left = new Set(places.keys())
      for await (const item of label(asking, [...left], inTime)) {
        const index = places.get(item.task)
        if (index === undefined) continue
        if (!('labelMap' in item)) {
          const fields = { project: `label-studio-${asking.project.id}`, task: item.task, reason: item.reason }
          edge.log?.warn(fields, 'the image of a task cannot be labelled')
          if (!item.mayPass) left.delete(item.task)
        } else if (answer.put(index, encodeItem(asking, item))) left.delete(item.task)
      }
      return [...left]
    },
    async labelOne(asking, task, inTime) {
      for await (const item of label(asking, [task], inTime)) return item
      return undefined
    },
  }
}
