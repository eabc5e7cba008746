import { z } from 'zod'
import { ModelVersion } from './modelVersion.ts'
import { Platform } from './project.ts'
import { Instant, Slug } from './record.ts'

/** Most ids that an event carries: it says that something happened, the platform says what is there now. */
export const maximumEventIds = 100

const Ids = z.array(z.string().min(1).max(32)).max(maximumEventIds)

/**
 * What the edge writes to the queue: that something happened on a platform, ids only, below 4 KB. Events may be doubled,
 * lost or out of order; whoever handles one reads the truth from the platform again.
 */
export const Event = z.object({
  /** Unique to the request that brought it, so that repeats are not swallowed. */
  id: z.string().min(1).max(64),
  platform: Platform,
  /** The platform's project. */
  project: Slug,
  kind: z.enum([
    /** A project was connected, or its label configuration may have changed. */
    'project',
    /** Annotations were made, changed, deleted or skipped. */
    'annotations',
    'tasks',
    /** A person asks for a run now. */
    'train',
    /** Time to look whether an event was lost. */
    'reconcile',
    /** Predictions of some tasks were too large to answer with: they are to be pushed. */
    'push',
    /** Images of some tasks, which are not ours, are to be labelled and the predictions pushed. */
    'predict',
    /** A person chose which version's predictions are shown. */
    'serve',
    /** A person asked to take a version's predictions away. */
    'forget',
  ]),
  /** Which version is to be shown, or forgotten. */
  version: ModelVersion.optional(),
  annotations: Ids.default([]),
  tasks: Ids.default([]),
  at: Instant,
})
export type Event = z.infer<typeof Event>
