import { z } from 'zod'
import { Instant, SchemaVersion, Sha256 } from './record.ts'

const versionPattern = /^sixteen-v([1-9]\d{0,8})$/

/** The name of a run, which is its model version: sixteen-v1, sixteen-v2, … */
export const RunVersion = z.string().regex(versionPattern, 'a run is named sixteen-v1, sixteen-v2, …')
export type RunVersion = z.infer<typeof RunVersion>

/**
 * The version of a project's n-th run, counted from 1.
 * @throws ZodError when n is not a whole number from 1 to 999,999,999
 */
export const runVersion = (number: number): RunVersion => RunVersion.parse(`sixteen-v${number}`)

/**
 * The number within a run's version: 3 for sixteen-v3.
 * @throws ZodError when the version is not one
 */
export const runNumber = (version: RunVersion): number =>
  Number(RunVersion.parse(version).replace(versionPattern, '$1'))

export const RunState = z.enum([
  'created',
  'training',
  'distilling',
  'generating',
  'curating',
  'publishing',
  'segmenting',
  'evaluating',
  'done',
  'failed',
  'stopped',
])
export type RunState = z.infer<typeof RunState>

/** All phases in their order. What a person waits for comes first: images are published before anything is measured. */
export const PhaseName = z.enum(['train', 'distil', 'generate', 'curate', 'publish', 'segment', 'evaluate', 'report'])
export type PhaseName = z.infer<typeof PhaseName>

/** One phase of a run. It keeps its entry when it is resumed. */
export const RunPhase = z
  .object({
    name: PhaseName,
    startedAt: Instant,
    /** Absent while the phase is under way. */
    finishedAt: Instant.optional(),
    /** Time worked in seconds, over all attempts; less than finishedAt − startedAt where the phase was interrupted. */
    seconds: z.number().min(0),
  })
  .refine((phase) => phase.finishedAt === undefined || Date.parse(phase.finishedAt) >= Date.parse(phase.startedAt), {
    path: ['finishedAt'],
    error: 'a phase cannot finish before it starts',
  })
export type RunPhase = z.infer<typeof RunPhase>

/** What computed the run. The same bytes come out only where all of this is the same. */
export const RunMachine = z.object({
  device: z.enum(['cpu', 'cuda', 'webgpu']),
  /** What the device calls itself, such as the processor's model. */
  description: z.string(),
  threads: z.int().min(1),
  /** Version of each program that the result depends on: `{ sixteen: '0.1.0', node: '24.21.0', onnxruntime: '1.30.0' }`. */
  versions: z.record(z.string(), z.string()),
})
export type RunMachine = z.infer<typeof RunMachine>

/** A painting that a run is made from, in the state it was in. */
export const RunPainting = z.object({ sample: z.string().min(1), sha256: Sha256 })
export type RunPainting = z.infer<typeof RunPainting>

/** `runs/<version>/run.json`: one pass through the phases. */
export const Run = z
  .object({
    schemaVersion: SchemaVersion,
    version: RunVersion,
    state: RunState,
    /** SHA-256 over all the run was made from: generator, label list, settings and annotations. */
    inputs: Sha256,
    /** The paintings among them, in the order of their samples' ids. */
    paintings: z.array(RunPainting).optional(),
    createdAt: Instant,
    /** In the order in which they began. */
    phases: z
      .array(RunPhase)
      .refine((phases) => new Set(phases.map((phase) => phase.name)).size === phases.length, 'a phase has one entry'),
    /** Absent until a first job has begun. */
    machine: RunMachine.optional(),
    error: z.object({ message: z.string().min(1), phase: PhaseName.optional() }).optional(),
  })
  .refine((run) => (run.error !== undefined) === (run.state === 'failed'), {
    path: ['error'],
    error: 'a failed run says why, and only a failed run',
  })
export type Run = z.infer<typeof Run>
