import type { LabelMap } from '../../schemas/labelMap.ts'
import type { Platform } from '../../schemas/project.ts'
import type { RunVersion } from '../../schemas/run.ts'

export interface LabelRequest {
  readonly platform: Platform
  readonly project: string
  /** Whose segmenter labels. */
  readonly version: RunVersion
  /** The platform's ids of tasks that show no sample of ours. */
  readonly tasks: readonly string[]
  /** Ends the labelling; what is done by then is done. */
  readonly signal: AbortSignal
}

/** What was made of a task's image. */
export type TaskAnswer =
  | {
      readonly task: string
      /** Of the image's own size. */
      readonly labelMap: LabelMap
      /** 0 to 1, higher is more certain. */
      readonly score: number
      /** Names of the parts; the index is the part's id. */
      readonly parts: readonly string[]
    }
  | {
      readonly task: string
      /** Why it cannot be labelled. */
      readonly reason: string
      readonly mayPass: boolean
    }

/**
 * Labels images that are not ours, while somebody waits. What it is made of needs a GPU or a long time to load, so the edge
 * knows it by this interface alone; where there is none, predictions are made later and pushed.
 */
export interface Labeler {
  /**
   * Tasks that are not there, show a sample of ours, or were not reached in time are left out.
   * @throws the signal's reason, and what is wrong with anything but a single image
   */
  label(request: LabelRequest): AsyncIterable<TaskAnswer>
}
