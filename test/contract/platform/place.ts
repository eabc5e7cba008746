import { beforeEach } from 'vitest'
import type {
  AnnotationPlatform,
  NewTask,
  Painting,
  PaintingForm,
  PlatformAnnotation,
} from '../../../integrations/platform/index.ts'
import type { ModelVersion } from '../../../schemas/modelVersion.ts'
import type { OpenedPlatform, PlatformPeople } from '../platform.ts'
import { collect, form, labels } from './samples.ts'

/** A platform with a project that no other test knows. */
export interface Place {
  readonly platform: AnnotationPlatform
  readonly people: PlatformPeople
  readonly project: string
  /** Ids of the tasks by their samples. */
  tasksBySample(): Promise<Map<string | undefined, string>>
  /** Imports a task. @returns its id */
  importOne(task: NewTask): Promise<string>
  annotations(as?: PaintingForm): Promise<PlatformAnnotation[]>
  paintings(as?: PaintingForm): Promise<Painting[]>
  shown(): Promise<string | undefined>
  /** Ids of the tasks with a prediction of this version, sorted. */
  predictedTasks(version: ModelVersion): Promise<string[]>
}

/** Makes a new project before each test; what is returned looks at the present one. */
export function usePlace(open: () => Promise<OpenedPlatform>): Place {
  let opened: Promise<OpenedPlatform> | undefined
  let present: OpenedPlatform & { readonly project: string }
  beforeEach(async () => {
    opened ??= open()
    const { platform, people } = await opened
    present = { platform, people, project: await people.project(labels) }
  })
  const place: Place = {
    get platform() {
      return present.platform
    },
    get people() {
      return present.people
    },
    get project() {
      return present.project
    },
    tasksBySample: async () =>
      new Map((await collect(place.platform.listTasks(place.project))).map((task) => [task.sample, task.id])),
    importOne: async (task) => {
      await place.platform.importTasks(place.project, form, [task])
      const id = (await place.tasksBySample()).get(task.sample)
      if (id === undefined) throw new Error(`${task.sample} is not there`)
      return id
    },
    annotations: (as = form) => collect(place.platform.listAnnotations(place.project, as)),
    paintings: async (as) => (await place.annotations(as)).map(({ painting }) => painting),
    shown: async () => (await place.platform.readProject(place.project)).shown,
    predictedTasks: async (version) => [...(await place.platform.tasksPredicted(place.project, version))].sort(),
  }
  return place
}
