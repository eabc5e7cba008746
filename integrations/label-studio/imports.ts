import { z } from 'zod'
import { FileUploads, ImportAnswer, UploadAnswer } from '../../schemas/labelStudio/api.ts'
import { checkImport } from '../platform/checks.ts'
import { ImportUnsettledError, type NewTask, type PaintingForm, PlatformError } from '../platform/index.ts'
import type { LabelStudioClient } from './client.ts'
import { RefusedError, UnansweredError } from './errors.ts'
import { explainLabelConfig, kindField, type LabelConfig, sampleField } from './format/index.ts'
import { numberOf } from './numberOf.ts'
import { predictionBody } from './predictions.ts'
import { requireLabelConfig } from './projects.ts'

/** Most tasks of one import. Label Studio takes 100 files at once, and refuses bodies that large masks could fill. */
export const importLimit = 50

/** Most bytes of one upload, far below what proxies usually allow for Label Studio. */
const uploadBytes = 32 * 2 ** 20
const timeout = 300_000

interface Uploaded {
  readonly id: number
  readonly file: string
}

/**
 * Imports tasks in two steps: the images are uploaded, which shows nothing to anybody, then one request makes all tasks with
 * their predictions. Only the second one can be in doubt.
 */
export async function importTasks(
  client: LabelStudioClient,
  project: string,
  form: PaintingForm,
  tasks: readonly NewTask[],
): Promise<void> {
  checkImport(tasks, form, importLimit)
  if (tasks.length === 0) return
  const number = numberOf(project, 'project')
  const config = await requireLabelConfig(client, project)
  const field = imageField(config, project)
  const predictions = tasks.map(({ prediction }) =>
    prediction === undefined ? {} : { predictions: [predictionBody(prediction, config, form)] },
  )
  const uploads: Uploaded[] = []
  try {
    for (const part of inParts(tasks)) uploads.push(...(await upload(client, number, part)))
    const bodies = tasks.map(({ sample, kind }, index) => ({
      data: { [field]: `/data/${uploads[index]?.file}`, [sampleField]: sample, [kindField]: kind },
      ...predictions[index],
    }))
    await create(client, number, bodies)
  } catch (error) {
    // Certainly not imported: the images would lie there unused.
    if (error instanceof RefusedError) await discard(client, uploads).catch(() => undefined)
    throw error
  }
}

function imageField(config: LabelConfig, project: string): string {
  if (config.image) return config.image.field
  const why = explainLabelConfig(config).find(({ level }) => level === 'error')?.message ?? ''
  throw new PlatformError(`Project ${project} cannot show images. ${why}`.trim())
}

/** Splits tasks by the size of their images. */
function inParts(tasks: readonly NewTask[]): NewTask[][] {
  const parts: NewTask[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const task of tasks) {
    if (bytes + task.image.byteLength > uploadBytes) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(task)
    bytes += task.image.byteLength
  }
  return parts
}

/** Uploads images. @returns where each of them lies, in their order */
async function upload(client: LabelStudioClient, project: number, tasks: readonly NewTask[]): Promise<Uploaded[]> {
  const what = `uploading ${tasks.length} images to project ${project}`
  const body = new FormData()
  // Of several files under one field name, the server keeps only the last.
  for (const [index, { sample, image }] of tasks.entries()) {
    body.append(`image${index}`, new Blob([Uint8Array.from(image)], { type: 'image/png' }), `${sample}.png`)
  }
  const path = `/api/projects/${project}/import`
  const query = { commit_to_project: false }
  const { file_upload_ids: ids } = await client.call({
    method: 'POST',
    path,
    query,
    body,
    answer: UploadAnswer,
    what,
    timeout,
  })
  const files = await client.call({
    method: 'GET',
    path: `/api/projects/${project}/file-uploads`,
    query: { ids: JSON.stringify(ids) },
    answer: FileUploads,
    what: `looking up ${ids.length} uploaded images of project ${project}`,
  })
  // Files come in the order of their ids, ids in the order of the fields; the sizes say whether that holds.
  return tasks.map(({ sample, image }, index) => {
    const found = files.find(({ id }) => id === ids[index])
    if (ids.length !== tasks.length || !found || (found.size ?? image.byteLength) !== image.byteLength) {
      throw new PlatformError(
        `Label Studio stored the image of ${sample} under another name or in another size than was sent: nothing was imported.`,
      )
    }
    return found
  })
}

async function create(client: LabelStudioClient, project: number, body: readonly unknown[]): Promise<void> {
  const what = `importing ${body.length} tasks into project ${project}`
  const path = `/api/projects/${project}/import`
  const answer = await client.call({ method: 'POST', path, body, answer: ImportAnswer, what, timeout }).catch(unsettled)
  if (!('task_count' in answer)) {
    throw new ImportUnsettledError(
      'Label Studio took the import and works on it: list the tasks until they are there. If they never come, look at its log.',
    )
  }
  if (answer.task_count !== body.length) {
    throw new ImportUnsettledError(
      `Label Studio says that it imported ${answer.task_count} of ${body.length} tasks: list the tasks to see which.`,
    )
  }
}

/** What is neither refused nor unsent may have been done, be it that the answer was lost on its way. */
function unsettled(error: unknown): never {
  if (error instanceof RefusedError || (error instanceof UnansweredError && !error.reached)) throw error
  const why = error instanceof PlatformError ? error.message : 'no answer'
  throw new ImportUnsettledError(
    `${why} Whether the tasks were imported is unknown: list the tasks before sending them again.`,
  )
}

/** One by one: the request that deletes a list would delete all images of the project, were its body lost on the way. */
async function discard(client: LabelStudioClient, uploads: readonly Uploaded[]): Promise<void> {
  for (const { id } of uploads) {
    const path = `/api/import/file-upload/${id}`
    await client.call({ method: 'DELETE', path, answer: z.unknown(), what: 'removing an unused image' })
  }
}
