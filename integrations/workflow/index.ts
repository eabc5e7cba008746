/**
 * What does the work that takes long: jobs on this machine, or a state machine in the cloud. Work is named by what it is
 * for, so starting it twice starts it once, and all of it can be found again in the store after a crash.
 */
import type { Platform } from '../../schemas/project.ts'
import type { RunVersion } from '../../schemas/run.ts'

export type Work = { readonly platform: Platform; readonly project: string } & (
  | /** Make and publish the seed samples that the project's seed list wants. */ { readonly kind: 'seeds' }
  | /** Label the images of tasks that wait for it (`prediction-requests/`). */ { readonly kind: 'predictions' }
  | /** All phases of a run that are not done yet. */ { readonly kind: 'run'; readonly version: RunVersion }
)

export interface Workflow {
  /** @returns whether it was started now; false where the same work is under way or waiting already */
  start(work: Work): Promise<boolean>
  /** Stops the work at its next safe point. @returns whether there was any */
  stop(work: Work): Promise<boolean>
  /** Whether the same work is under way or waiting. */
  isActive(work: Work): Promise<boolean>
}

/** Work that cannot be started. */
export class WorkflowError extends Error {
  override readonly name = 'WorkflowError'
}
