/** What people do in Label Studio's pages, done through its API as those do. Shares nothing with our own client. */
import { encodeBrush } from '../../../integrations/label-studio/format/index.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { PlatformPeople, Visit } from '../../contract/platform.ts'

/** An answer that was not expected in a test. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError'
}

export interface LabelStudioSession {
  readonly address: string
  /** A legacy token. */
  readonly token: string
}

/** One request, with JSON or a form, answered with its JSON. */
export async function request(
  { address, token }: LabelStudioSession,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const form = body instanceof FormData
  const headers = { Authorization: `Token ${token}`, ...(form ? {} : { 'Content-Type': 'application/json' }) }
  const response = await fetch(`${address}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new UnexpectedAnswerError(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
  return text === '' ? undefined : JSON.parse(text)
}

const field = (answer: unknown, name: string): unknown =>
  typeof answer === 'object' && answer !== null && name in answer ? Object(answer)[name] : undefined
const idOf = (answer: unknown): string => String(field(answer, 'id'))

/** The label configuration that a person would write. */
export function brushConfig(labels: readonly { readonly name: string; readonly color: string }[]): string {
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const tags = labels.map(({ name, color }) => `<Label value="${escaped(name)}" background="${color}"/>`)
  return `<View><Image name="photo" value="$picture"/><BrushLabels name="tag" toName="photo">${tags.join('')}</BrushLabels></View>`
}

/** Regions as the editor stores them when a person paints: one for each part. */
export function brushRegions({ width, height, data }: LabelMap, parts: readonly string[]): unknown[] {
  return [...new Set(data)]
    .filter((id) => id > 0)
    .map((id) => ({
      id: `region${id}`,
      from_name: 'tag',
      to_name: 'photo',
      type: 'brushlabels',
      origin: 'manual',
      original_width: width,
      original_height: height,
      image_rotation: 0,
      value: {
        format: 'rle',
        rle: encodeBrush(
          data.map((value) => (value === id ? 1 : 0)),
          width,
          height,
        ),
        brushlabels: [parts[id]],
      },
    }))
}

/** People who work on a real server. */
export function labelStudioPeople(session: LabelStudioSession): PlatformPeople {
  let projects = 0
  const annotate = async ({ task, seconds }: Visit, result: unknown[], cancelled: boolean) => {
    const body = { result, was_cancelled: cancelled, ...(seconds === undefined ? {} : { lead_time: seconds }) }
    return idOf(await request(session, 'POST', `/api/tasks/${task}/annotations/`, body))
  }
  return {
    project: async (labels) => {
      projects += 1
      const body = { title: `Faces ${projects}`, label_config: brushConfig(labels) }
      return idOf(await request(session, 'POST', '/api/projects/', body))
    },
    relabel: async (project, labels) => {
      await request(session, 'PATCH', `/api/projects/${project}/`, { label_config: brushConfig(labels) })
    },
    foreignTask: async (project) => {
      const path = `/api/projects/${project}/import?return_task_ids=true`
      const answer = await request(session, 'POST', path, [{ data: { picture: 'https://example.org/cat.jpg' } }])
      return String([field(answer, 'task_ids')].flat()[0])
    },
    foreignImage: async (project, image) => {
      const form = new FormData()
      form.append('file', new Blob([Uint8Array.from(image)], { type: 'image/png' }), 'photo of a cat.png')
      const path = `/api/projects/${project}/import?return_task_ids=true`
      const answer = await request(session, 'POST', path, form)
      return String([field(answer, 'task_ids')].flat()[0])
    },
    paint: (visit, labelMap, parts) => annotate(visit, brushRegions(labelMap, parts), false),
    submitNothing: (visit) => annotate(visit, [], false),
    skip: (visit, labelMap, parts) => annotate(visit, brushRegions(labelMap, parts), true),
    removeAnnotation: async (_, annotation) => {
      await request(session, 'DELETE', `/api/annotations/${annotation}/`)
    },
    removeTask: async (_, task) => {
      await request(session, 'DELETE', `/api/tasks/${task}/`)
    },
  }
}
