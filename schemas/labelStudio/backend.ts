/**
 * What a Label Studio server sends to its ML backend, and is answered: as servers 1.22 to 1.24 do it. Of what comes only
 * the fields are named that are used. Everything else, secrets among it, is dropped while parsing.
 * @see https://labelstud.io/guide/ml_create
 */
import { z } from 'zod'
import { ModelVersion } from '../modelVersion.ts'
import { Slug } from '../record.ts'

const Id = z.union([z.int().min(0), z.string().min(1).max(32)]).transform(String)
const Fields = z.record(z.string(), z.unknown())

/** The id of a project: `8`, `"8"`, or with the moment when it was made, `"8.1795377060"`. */
export const ProjectReference = z
  .union([z.int().min(0), z.string().max(80)], 'a project is named by its id, like 8 or "8.1795377060"')
  .transform((reference) => String(reference).split('.', 1)[0] ?? '')
  .pipe(Slug)

/** `POST /setup`: a backend was connected or saved, or someone asked for the next task. The access token is dropped. */
export const SetupRequest = z.object({
  project: ProjectReference,
  /** The label configuration, XML. */
  schema: z.string().nullish(),
})

export const SetupAnswer = z.object({
  /** Exactly what predictions are stamped with: else the label stream hides them. */
  model_version: ModelVersion,
})

export const HealthAnswer = z.object({ status: z.literal('UP'), model_class: z.string() })

export const VersionsAnswer = z.object({ versions: z.array(ModelVersion) })

export const PredictTask = z.object({
  id: Id,
  /** What the task was imported with. */
  data: z
    .unknown()
    .optional()
    .transform((data): Readonly<Record<string, unknown>> => Fields.safeParse(data).data ?? {}),
})
export type PredictTask = z.infer<typeof PredictTask>

/** `POST /predict`: tasks that have no prediction of the version shown, or, with a context, one where a person drew a hint. */
export const PredictRequest = z.object({
  project: ProjectReference,
  label_config: z.string().nullish(),
  tasks: z.array(PredictTask),
  /** `context` holds what was drawn on the image; null where nothing was. */
  params: z.object({ context: z.unknown().optional() }).nullish(),
})
export type PredictRequest = z.infer<typeof PredictRequest>

/** One item for each task, in their order. An empty list stores nothing, and the server asks again later. */
export const PredictAnswer = z.object({
  results: z.array(
    z.union([
      z.array(z.unknown()).max(0),
      z.object({
        /** Regions. */
        result: z.array(z.record(z.string(), z.unknown())),
        /** 0 to 1, higher is more certain. */
        score: z.number().min(0).max(1).optional(),
        model_version: ModelVersion.optional(),
      }),
    ]),
  ),
})

const Identified = z.object({ id: Id })

/** Ids of an object, or of a list of objects. What has none is passed over, not refused: only ids are looked at. */
const Ids = z
  .unknown()
  .optional()
  .transform((given): readonly string[] =>
    (Array.isArray(given) ? given : [given]).flatMap((one) => Identified.safeParse(one).data?.id ?? []),
  )

/**
 * `POST /webhook`. Without a payload there is nothing but the action. Bulk annotations come as lists under the name of the
 * single one. Whether an annotation was skipped (`was_cancelled`) and what it holds is read from the platform later.
 */
export const WebhookRequest = z.object({
  action: z.string().min(1).max(100),
  annotation: Ids,
  annotations: Ids,
  task: Ids,
  tasks: Ids,
  project: z
    .union([Identified.transform(({ id }) => id), ProjectReference])
    .pipe(Slug)
    .nullish(),
})
export type WebhookRequest = z.infer<typeof WebhookRequest>

export const WebhookAnswer = z.object({
  status: z.enum([
    /** It is in the queue. */
    'queued',
    /** An action that nothing follows from. */
    'ignored',
    /** It does not say which project, or is too large to read: the next look at the project finds what happened. */
    'left-to-reconciler',
  ]),
  /** Names what was queued; `POST /job_status` takes it. */
  job: z.string().optional(),
})
export type WebhookAnswer = z.infer<typeof WebhookAnswer>

/** `POST /train`, from servers before webhooks. */
export const TrainCall = z.object({ project: ProjectReference })
