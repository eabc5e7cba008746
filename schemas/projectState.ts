import { z } from 'zod'
import { ModelVersion } from './modelVersion.ts'
import { Notice } from './notice.ts'
import { Instant, SchemaVersion } from './record.ts'
import { RunVersion } from './run.ts'

const Count = z.int().min(0)

/** What comes next in a project's life. */
export const NextStep = z.object({
  kind: z.enum([
    /** Nothing can be done until a person changes something: `reason` says what. */
    'blocked',
    /** Seed samples are made and shown to the annotator. */
    'preparing-seeds',
    /** A person paints. */
    'painting',
    /** Enough is painted; waiting until the painting pauses. */
    'settling',
    'running',
  ]),
  /** One sentence for a person. */
  reason: z.string().min(1),
})
export type NextStep = z.infer<typeof NextStep>

/** What people did, as the platform measured it. */
export const Effort = z.object({
  /** Annotations that hold a painting. */
  annotations: Count,
  /** Annotations whose time the platform measured, and their time in all, in seconds. */
  timed: Count,
  seconds: z.number().min(0),
  /** Regions that a person drew or changed, and predicted ones that were left as they were: these are no human work. */
  drawnRegions: Count,
  changedRegions: Count,
  untouchedRegions: Count,
})
export type Effort = z.infer<typeof Effort>

/** `state.json`: what the last look at the platform found, and what comes next. It can always be made again. */
export const ProjectState = z.object({
  schemaVersion: SchemaVersion,
  /** When the platform was last looked at. */
  lookedAt: Instant,
  title: z.string(),
  /** Where a person opens the project. */
  address: z.string(),
  next: NextStep,
  seeds: z.object({
    /** How many paintings the first run waits for. */
    wanted: Count,
    /** Seed tasks on the platform. */
    published: Count,
    painted: Count,
    skipped: Count,
  }),
  /** Published tasks with a painting: seeds of the next version. */
  corrected: Count,
  /** Paintings that the newest run was not made from, that it was made from in an older state, or that are gone. */
  changes: Count,
  /** Paintings that cannot be used, with reasons; at most twenty. */
  unusable: z.array(z.object({ annotation: z.string(), task: z.string(), reason: z.string() })).max(20),
  effort: Effort,
  notices: z.array(Notice),
  /** When the newest annotation was made or changed. */
  newestAnnotationAt: Instant.optional(),
})
export type ProjectState = z.infer<typeof ProjectState>

/** `serving.json`: which version's predictions a project shows. */
export const Serving = z.object({
  schemaVersion: SchemaVersion,
  version: ModelVersion,
  /** True where a person chose it: a new run does not change it then. */
  chosen: z.boolean(),
})
export type Serving = z.infer<typeof Serving>

/** `train-request.json`: a person asked for a run now. Removed when it is answered. */
export const TrainRequest = z.object({ schemaVersion: SchemaVersion, at: Instant })
export type TrainRequest = z.infer<typeof TrainRequest>

/** `runs/<version>/progress.json`: how far a run is, for people to look at. */
export const RunProgress = z.object({
  schemaVersion: SchemaVersion,
  version: RunVersion,
  at: Instant,
  phase: z.string(),
  task: z.string(),
  done: Count,
  total: Count,
  unit: z.enum(['images', 'steps', 'tasks']),
  /** Held-out losses so far, where something is being trained: [step, loss]. */
  losses: z.array(z.tuple([Count, z.number()])).max(1000),
  /** Of the phase; absent while nothing can be said. */
  secondsLeft: z.number().min(0).optional(),
})
export type RunProgress = z.infer<typeof RunProgress>
