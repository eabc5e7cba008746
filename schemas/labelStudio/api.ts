/**
 * What a Label Studio server answers to its HTTP API: as servers 1.22 to 1.24 do it. Only the fields are named that are
 * used; everything else, e-mail addresses and tokens among it, is dropped while parsing.
 * @see https://api.labelstud.io
 */
import { z } from 'zod'

const id = z.union([z.int().min(0), z.string().regex(/^\d+$/)]).transform(String)
/** A moment, to the millisecond; the server writes microseconds, or none. */
const Moment = z.iso.datetime({ offset: true }).transform((moment) => new Date(moment).toISOString())
const NoSooner = z.string().nullish().catch(null)

/** `GET /api/version`. */
export const ServerVersion = z.object({ release: z.string().max(100), edition: z.string().max(100).nullish() })

/** `GET /api/current-user/whoami`, of which only that it answers matters. */
export const WhoAmI = z.object({ id })

/** `GET /api/projects/{id}/`. */
export const ProjectAnswer = z.object({
  id,
  title: z.string(),
  /** XML. */
  label_config: z.string().nullish(),
  /** Which predictions the label stream shows: a version, the title of a backend, `''` or null for none. */
  model_version: NoSooner,
})
export type ProjectAnswer = z.infer<typeof ProjectAnswer>

export const ProjectList = z.object({ count: z.int(), results: z.array(ProjectAnswer) })

/** `GET /api/projects/{id}/model-versions/`: how many predictions each version has. */
export const VersionCounts = z.record(z.string(), z.int())

/** `DELETE /api/projects/{id}/model-versions/`. */
export const DeletedPredictions = z.object({ deleted_predictions: z.int().min(0) })

const Task = z.object({ id, data: z.record(z.string(), z.unknown()).catch({}) })

/** `GET /api/tasks/`: one page, trimmed by `include`. */
export const TaskPage = z.object({ tasks: z.array(Task) })

/** The same, with what was stamped on the predictions: versions in one text, which the server cuts at 500 characters. */
export const PredictedPage = z.object({
  tasks: z.array(z.object({ id, predictions_model_versions: z.string().nullish() })),
})

export const AnnotationAnswer = z.object({
  id,
  /** Regions; null where a very old server stored nothing. */
  result: z.array(z.unknown()).nullish(),
  was_cancelled: z.boolean().nullish(),
  created_at: Moment,
  updated_at: Moment,
  /** Seconds. */
  lead_time: z.number().min(0).nullish().catch(null),
  completed_by: z
    .union([id, z.object({ id }).transform((person) => person.id)])
    .nullish()
    .catch(null),
})
export type AnnotationAnswer = z.infer<typeof AnnotationAnswer>

/** The page with full annotations; drafts and predictions left out by `omit`. */
export const AnnotatedPage = z.object({ tasks: z.array(Task.extend({ annotations: z.array(AnnotationAnswer) })) })

/** `GET /api/predictions/?task=…`. */
export const PredictionList = z.array(z.object({ model_version: z.string().nullish() }))

/** `POST /api/projects/{id}/import?commit_to_project=false` with files: their ids, in the order of the fields. */
export const UploadAnswer = z.object({ file_upload_ids: z.array(z.int()) })

/** `GET /api/projects/{id}/file-uploads`; `file` is a path below `/data/`. Servers before 1.20 give no size. */
export const FileUploads = z.array(z.object({ id: z.int(), file: z.string().min(1), size: z.int().nullish() }))

/** `POST /api/projects/{id}/import` with tasks; other editions than the community's answer before it is done. */
export const ImportAnswer = z.union([
  z.object({ task_count: z.int() }),
  z.object({ import: z.unknown().refine((value) => value !== undefined) }),
])

/** A saved view of the data manager. */
export const Views = z.array(z.object({ id, data: z.object({ title: z.string().nullish() }).nullish() }))

/** Something that was made; its id is all that is asked. */
export const Created = z.object({ id })

/** An ML backend: CO connected, ER its setup failed, DI it does not answer, TR training, PR predicting. */
export const Backend = z.object({
  id,
  url: z.string(),
  title: z.string().nullish(),
  state: z.string(),
  error_message: z.string().nullish(),
})
export type Backend = z.infer<typeof Backend>
export const Backends = z.array(Backend)

export const Webhook = z.object({
  id,
  url: z.string(),
  is_active: z.boolean(),
  send_payload: z.boolean(),
  send_for_all_actions: z.boolean(),
})
export type Webhook = z.infer<typeof Webhook>
export const Webhooks = z.array(Webhook)

/** `POST /api/token/refresh/`: a JWT for 300 s. */
export const AccessToken = z.object({ access: z.string().min(1).max(5000) })

/** The body of a refusal. */
export const Refusal = z.object({
  detail: z.unknown().optional(),
  validation_errors: z.unknown().optional(),
})
