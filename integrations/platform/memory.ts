import type { LabelMap } from '../../schemas/labelMap.ts'
import type { Platform } from '../../schemas/project.ts'
import { RemoteImageError } from '../remoteImages/errors.ts'
import { checkImport, checkPrediction } from './checks.ts'
import {
  type AnnotationPlatform,
  ImportUnsettledError,
  NothingToShowError,
  type Painting,
  type PaintingForm,
  type PlatformAnnotation,
  PlatformError,
  type PlatformProject,
  type PlatformTask,
  PlatformUnavailableError,
  type TaskPrediction,
} from './index.ts'

/** How an import goes wrong. Of the first two no answer tells whether they were done. */
export type ImportFailure = 'unsettled-but-done' | 'unsettled-and-not-done' | 'unavailable' | 'refused'

/** What the label configuration offers: names, with a colour where it gives one. */
export type MemoryLabels = readonly (string | PlatformProject['labels'][number])[]

export interface MemoryProjectOptions extends Partial<Pick<PlatformProject, 'title' | 'notices'>> {
  readonly id: string
  readonly labels: MemoryLabels
}

/** A task; without a sample where its image is not ours. */
export type MemoryTask = Omit<PlatformTask, 'sample'> & { readonly sample: string | undefined }

/** Who left something in a task, and when. */
export interface MemoryVisit {
  readonly project: string
  readonly task: string
  readonly by?: string
  /** ISO 8601, UTC; by default one second after whatever came last. */
  readonly at?: string
  readonly seconds?: number
}

export interface MemoryPainting {
  readonly labelMap: LabelMap
  /** Names of the label map's ids; by default a background followed by the project's labels of that moment. */
  readonly parts?: readonly string[]
  /** By default one drawn region. */
  readonly regions?: Extract<Painting, { kind: 'painted' }>['regions']
}

/** An annotation platform that lives as long as its process, with what people and accidents do to one as functions. */
export interface MemoryPlatform extends AnnotationPlatform {
  addProject(options: MemoryProjectOptions): void
  /** Changes the label configuration; paintings keep the names of their parts. */
  setLabels(project: string, labels: MemoryLabels): void
  /** Adds a task that shows a sample, without an import. @returns its id */
  addTask(project: string, task: Omit<PlatformTask, 'id'>): string
  /** Adds a task whose image is not ours; without an image, one that shows something else. @returns its id */
  addForeignTask(project: string, image?: Uint8Array): string
  /** A person submits a painting. @returns the annotation's id */
  annotate(painting: MemoryVisit & MemoryPainting): string
  /** A person submits nothing. @returns the annotation's id */
  leaveEmpty(visit: MemoryVisit): string
  /** A person passes the task over. @returns the annotation's id */
  skip(visit: MemoryVisit): string
  /** A person paints an annotation anew, skipped or not. */
  repaint(annotation: string, painting: MemoryPainting & Pick<MemoryVisit, 'at' | 'seconds'>): void
  removeAnnotation(annotation: string): void
  /** A person deletes a task, and with it its annotations and predictions. */
  removeTask(project: string, task: string): void
  tasks(project: string): readonly MemoryTask[]
  /** In the order in which they came. */
  predictions(project: string): readonly TaskPrediction[]
  /** How often `prepareViews` was called. */
  viewsPrepared(project: string): number
  /** Makes the next import fail; several calls, several imports. */
  failNext(failure: ImportFailure): void
  /** While it is so, every method of `AnnotationPlatform` throws PlatformUnavailableError. */
  setUnavailable(unavailable: boolean): void
}

type Left = 'empty' | 'skipped' | Required<MemoryPainting>
type Visited = Omit<PlatformAnnotation, 'sample' | 'taskKind' | 'painting'> & { readonly left: Left }

interface MemoryProject {
  description: PlatformProject
  readonly tasks: Map<string, MemoryTask>
  /** Of tasks whose image is not ours. */
  readonly images: Map<string, Uint8Array>
  readonly annotations: Map<string, Visited>
  predictions: TaskPrediction[]
  viewsPrepared: number
}

/** The painting by the form's ids: names that the form lacks make it unusable. */
function paintingOf(left: Left, form: PaintingForm): Painting {
  if (left === 'empty' || left === 'skipped') return { kind: left }
  const { labelMap, parts, regions } = left
  const { width, height } = labelMap
  if (width !== form.width || height !== form.height) {
    return { kind: 'unusable', reason: `It is ${width}×${height} pixels, but ${form.width}×${form.height} is needed.` }
  }
  const ids = parts.map((name, id) => (id === 0 ? 0 : form.parts.indexOf(form.aliases?.[name] ?? name)))
  const data = labelMap.data.map((id) => Math.max(ids[id] ?? 0, 0))
  const unknown = parts.find((_, id) => (ids[id] ?? -1) < 0 && labelMap.data.includes(id))
  if (unknown === undefined && labelMap.data.every((id) => id === 0)) return { kind: 'empty' }
  if (unknown === undefined) return { kind: 'painted', labelMap: { width, height, data }, regions }
  return { kind: 'unusable', reason: `${unknown} is painted, which is none of the parts: rename or repaint it.` }
}

/**
 * Opens an in-memory platform without projects.
 * @param options name: the platform that it stands for; importLimit: most tasks of one import
 * @example
 * const platform = openMemoryPlatform()
 * platform.addProject({ id: '1', labels: ['Hair', 'Eye'] })
 */
export function openMemoryPlatform(options: { name?: Platform; importLimit?: number } = {}): MemoryPlatform {
  const { name = 'label-studio', importLimit = 50 } = options
  const projects = new Map<string, MemoryProject>()
  const failures: ImportFailure[] = []
  const now = { unavailable: false, id: 0, moment: Date.UTC(2026, 0, 1) }

  const moment = (at?: string): string => {
    now.moment = at === undefined ? now.moment + 1000 : Date.parse(at)
    return new Date(now.moment).toISOString()
  }
  const found = <Value>(values: ReadonlyMap<string, Value>, id: string, what: string): Value => {
    const value = values.get(id)
    if (value === undefined) throw new PlatformError(`The platform has no ${what} ${id}: check its number.`)
    return value
  }
  const projectOf = (id: string): MemoryProject => found(projects, id, 'project')
  const reached = (id: string): MemoryProject => {
    if (now.unavailable) throw new PlatformUnavailableError('The platform does not answer: try later.')
    return projectOf(id)
  }
  const labelsOf = (labels: MemoryLabels): PlatformProject['labels'] =>
    labels.map((label) => (typeof label === 'string' ? { name: label, color: undefined } : label))
  const painted = (of: MemoryProject, { labelMap, parts, regions }: MemoryPainting): Left => ({
    labelMap: { ...labelMap, data: labelMap.data.slice() },
    parts: parts ?? ['Background', ...of.description.labels.map((label) => label.name)],
    regions: regions ?? { drawn: 1, changed: 0, untouched: 0 },
  })
  const visit = ({ project, task, by, at, seconds }: MemoryVisit, left: Left): string => {
    const of = projectOf(project)
    const [id, createdAt] = [String(++now.id), moment(at)]
    found(of.tasks, task, 'task')
    of.annotations.set(id, { id, task, by, createdAt, updatedAt: createdAt, seconds, left })
    return id
  }
  const holderOf = (annotation: string): MemoryProject => {
    const holders = [...projects.values()].flatMap((of) => [...of.annotations.keys()].map((id) => [id, of] as const))
    return found(new Map(holders), annotation, 'annotation')
  }
  const addTask = (of: MemoryProject, { sample, kind }: Omit<MemoryTask, 'id'>): string => {
    const id = String(++now.id)
    of.tasks.set(id, { id, sample, kind })
    return id
  }

  return {
    name,
    importLimit,

    readProject: async (project) => reached(project).description,

    async *listTasks(project) {
      for (const { id, sample, kind } of [...reached(project).tasks.values()])
        if (sample !== undefined) yield { id, sample, kind }
    },

    async listOtherTasks(project, ids) {
      const { images } = reached(project)
      return [...new Set(ids)].filter((id) => images.has(id)).map((id) => ({ id, image: `memory:${id}` }))
    },

    async readImage(project, { id }, signal) {
      signal?.throwIfAborted()
      const image = reached(project).images.get(id)
      if (image === undefined) throw new RemoteImageError(`The platform has no image of task ${id}: add one.`)
      return image.slice()
    },

    async *listAnnotations(project, form) {
      const of = reached(project)
      for (const { left, ...visited } of [...of.annotations.values()]) {
        const { sample, kind } = found(of.tasks, visited.task, 'task')
        if (sample === undefined) continue
        yield { ...visited, sample, taskKind: kind, painting: paintingOf(left, form) }
      }
    },

    async importTasks(project, form, tasks) {
      const of = reached(project)
      checkImport(tasks, form, importLimit)
      const failure = failures.shift()
      if (failure === 'unavailable') throw new PlatformUnavailableError('The platform does not answer: try later.')
      if (failure === 'refused') throw new PlatformError('The platform refuses the import: look into its log.')
      for (const task of failure === 'unsettled-and-not-done' ? [] : tasks) {
        const id = addTask(of, task)
        if (task.prediction) of.predictions.push({ task: id, prediction: task.prediction })
      }
      if (failure !== undefined) throw new ImportUnsettledError('The import got no answer: list the tasks.')
    },

    async tasksPredicted(project, version, among) {
      const stamped = reached(project).predictions.filter(({ prediction }) => prediction.version === version)
      return new Set(stamped.map(({ task }) => task).filter((task) => among?.includes(task) ?? true))
    },

    async addPredictions(project, form, predictions) {
      const of = reached(project)
      for (const { task } of predictions) found(of.tasks, task, 'task')
      for (const { prediction } of predictions) checkPrediction(prediction, form)
      of.predictions.push(...predictions)
    },

    async removePredictions(project, version) {
      const of = reached(project)
      const others = of.predictions.filter(({ prediction }) => prediction.version !== version)
      const removed = of.predictions.length - others.length
      of.predictions = others
      if (of.description.shown === version) of.description = { ...of.description, shown: undefined }
      return removed
    },

    async show(project, version) {
      const of = reached(project)
      const known = of.predictions.some(({ prediction }) => prediction.version === version)
      if (!known) throw new NothingToShowError(project, version)
      of.description = { ...of.description, shown: version }
    },

    async prepareViews(project) {
      reached(project).viewsPrepared += 1
    },

    addProject({ id, title = 'Faces', labels, notices = [] }) {
      const description = { id, title, address: `memory:${id}`, labels: labelsOf(labels), shown: undefined, notices }
      const none = { tasks: new Map(), images: new Map(), annotations: new Map(), predictions: [], viewsPrepared: 0 }
      projects.set(id, { description, ...none })
    },
    setLabels(project, labels) {
      const of = projectOf(project)
      of.description = { ...of.description, labels: labelsOf(labels) }
    },
    addTask: (project, task) => addTask(projectOf(project), task),
    addForeignTask(project, image) {
      const of = projectOf(project)
      const id = addTask(of, { sample: undefined, kind: undefined })
      if (image !== undefined) of.images.set(id, image.slice())
      return id
    },
    annotate: (painting) => visit(painting, painted(projectOf(painting.project), painting)),
    leaveEmpty: (place) => visit(place, 'empty'),
    skip: (place) => visit(place, 'skipped'),
    repaint(annotation, painting) {
      const of = holderOf(annotation)
      const before = found(of.annotations, annotation, 'annotation')
      const { at, seconds = before.seconds } = painting
      of.annotations.set(annotation, { ...before, seconds, updatedAt: moment(at), left: painted(of, painting) })
    },
    removeAnnotation: (annotation) => void holderOf(annotation).annotations.delete(annotation),
    removeTask(project, task) {
      const of = projectOf(project)
      of.tasks.delete(task)
      of.images.delete(task)
      of.predictions = of.predictions.filter((prediction) => prediction.task !== task)
      for (const [id, annotation] of of.annotations) if (annotation.task === task) of.annotations.delete(id)
    },
    tasks: (project) => [...projectOf(project).tasks.values()],
    predictions: (project) => projectOf(project).predictions,
    viewsPrepared: (project) => projectOf(project).viewsPrepared,
    failNext: (failure) => void failures.push(failure),
    setUnavailable: (unavailable) => void Object.assign(now, { unavailable }),
  }
}
