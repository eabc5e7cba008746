/** A person at a Label Studio server, who uses its API as the browser does. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { decodeLabelMap } from '../../../integrations/images/index.ts'
import { createLabelConfig, encodeResult, parseLabelConfig } from '../../../integrations/label-studio/format/index.ts'
import { packageFile } from '../../../integrations/packageFiles.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import { LabelList } from '../../../schemas/labels.ts'

/** What the shipped seeds are painted with. */
export const avatarLabels = LabelList.parse(
  JSON.parse(await readFile(packageFile('models/avatars/seeds/labels.json'), 'utf8')),
)
const form = { parts: avatarLabels.parts.map(({ name }) => name), width: 128, height: 128 }

/** A configuration for painting avatars with brushes. */
export const avatarConfig = createLabelConfig({
  labels: avatarLabels.parts.filter(({ id }) => id > 0),
  kind: 'brush',
})

/** The shipped painting of a seed. */
export async function paintingOf(seed: number): Promise<LabelMap> {
  return decodeLabelMap(await readFile(packageFile(`models/avatars/seeds/${seed}.labels.png`)))
}

/** Regions as the editor stores them when a person drew them. */
export function regionsOf(labelMap: LabelMap): readonly object[] {
  return encodeResult({ labelMap, score: 1 }, parseLabelConfig(avatarConfig), form).map(({ score: _, ...region }) => ({
    ...region,
    origin: 'manual',
  }))
}

const StoredPrediction = z.object({
  id: z.int(),
  task: z.int(),
  model_version: z.string(),
  score: z.number().nullable(),
  result: z.array(z.unknown()),
})
const StoredTask = z.object({
  id: z.int(),
  data: z.object({ image: z.string(), sample: z.string().optional(), kind: z.string().optional() }),
  annotations: z.array(z.object({ id: z.int(), was_cancelled: z.boolean() })),
})
export type Task = z.infer<typeof StoredTask> & { readonly predictions: readonly z.infer<typeof StoredPrediction>[] }
const Identified = z.object({ id: z.int() })
const ProjectAnswer = z.object({ id: z.int(), model_version: z.string().nullable() })

export interface Annotator {
  createProject(title: string, config?: string): Promise<string>
  project(id: string): Promise<z.infer<typeof ProjectAnswer>>
  changeProject(id: string, change: object): Promise<void>
  /** All tasks, with predictions and annotations. */
  tasks(project: string): Promise<readonly Task[]>
  seeds(project: string): Promise<readonly Task[]>
  generated(project: string): Promise<readonly Task[]>
  /** @returns the annotation's id */
  annotate(task: number, result: readonly object[], more?: object): Promise<number>
  changeAnnotation(annotation: number, result: readonly object[]): Promise<void>
  removeAnnotation(annotation: number): Promise<void>
  /** Paints a seed task as the shipped annotation shows it. */
  paint(task: Task): Promise<number>
  /** Submits a task as it is shown, with the newest prediction untouched. */
  submitPrediction(task: Task): Promise<number>
  startTraining(project: string): Promise<void>
  /** Any call of the API. */
  call(method: string, path: string, body?: unknown): Promise<unknown>
}

export function annotatorOf({ address, token }: { readonly address: string; readonly token: string }): Annotator {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(address + path, {
      method,
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  const tasks = async (project: string): Promise<readonly Task[]> => {
    const path = `/api/projects/${project}/export?exportType=JSON&download_all_tasks=true&interpolate_key_frames=false`
    const all = z.array(StoredTask).parse(await call('GET', path))
    const predictions = z.array(StoredPrediction).parse(await call('GET', `/api/predictions/?project=${project}`))
    return all.map((task) => ({
      ...task,
      predictions: predictions.filter((prediction) => prediction.task === task.id),
    }))
  }
  const annotate = async (task: number, result: readonly object[], more: object = {}): Promise<number> => {
    const body = { result, was_cancelled: false, lead_time: 42.5, ...more }
    return Identified.parse(await call('POST', `/api/tasks/${task}/annotations/`, body)).id
  }
  return {
    call,
    async createProject(title, config = avatarConfig) {
      const body = { title, label_config: config }
      return String(Identified.parse(await call('POST', '/api/projects/', body)).id)
    },
    project: async (id) => ProjectAnswer.parse(await call('GET', `/api/projects/${id}/`)),
    async changeProject(id, change) {
      await call('PATCH', `/api/projects/${id}/`, change)
    },
    tasks,
    seeds: async (project) => (await tasks(project)).filter(({ data }) => data.kind === 'seed'),
    generated: async (project) => (await tasks(project)).filter(({ data }) => data.kind === 'generated'),
    annotate,
    async changeAnnotation(annotation, result) {
      await call('PATCH', `/api/annotations/${annotation}/`, { result })
    },
    async removeAnnotation(annotation) {
      await call('DELETE', `/api/annotations/${annotation}/`)
    },
    async paint({ id, data }) {
      const seed = Number(/-s(\d+)-/.exec(data.sample ?? '')?.[1])
      return annotate(id, regionsOf(await paintingOf(seed)))
    },
    async submitPrediction({ id }) {
      const path = `/api/predictions/?task=${id}`
      const [newest] = z
        .array(StoredPrediction)
        .parse(await call('GET', path))
        .toSorted((a, b) => b.id - a.id)
      if (newest === undefined) throw new Error(`task ${id} has no prediction`)
      const regions = z.array(z.looseObject({})).parse(newest.result)
      const untouched = regions.map((region) => ({ ...region, origin: 'prediction' }))
      return annotate(id, untouched, { parent_prediction: newest.id })
    },
    async startTraining(project) {
      const Backends = z.array(Identified)
      for (const { id } of Backends.parse(await call('GET', `/api/ml/?project=${project}`)))
        await call('POST', `/api/ml/${id}/train`, {})
    },
  }
}
