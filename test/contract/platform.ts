import { describe } from 'vitest'
import type { AnnotationPlatform } from '../../integrations/platform/index.ts'
import type { LabelMap } from '../../schemas/labelMap.ts'
import { describeAnnotations } from './platform/annotations.ts'
import { describeOtherTasks } from './platform/otherTasks.ts'
import { usePlace } from './platform/place.ts'
import { describePredictions } from './platform/predictions.ts'
import { describeProjects } from './platform/projects.ts'
import { describeTasks } from './platform/tasks.ts'

/** What a person leaves in a task. */
export interface Visit {
  readonly project: string
  readonly task: string
  readonly seconds?: number
}

/** What people do on a platform. */
export interface PlatformPeople {
  /** A new project in which the labels can be painted. @returns its id */
  project(labels: readonly { readonly name: string; readonly color: string }[]): Promise<string>
  /** Changes the labels of a project in which nothing is annotated. */
  relabel(project: string, labels: readonly { readonly name: string; readonly color: string }[]): Promise<void>
  /** A task whose image is not ours. @returns its id */
  foreignTask(project: string): Promise<string>
  /** A task with an image file that the person has, a PNG. @returns the task's id */
  foreignImage(project: string, image: Uint8Array): Promise<string>
  /** @param parts names of the label map's ids, 0 being the background @returns the annotation's id */
  paint(visit: Visit, labelMap: LabelMap, parts: readonly string[]): Promise<string>
  submitNothing(visit: Visit): Promise<string>
  /** @param parts what was on the screen when the person passed the task over */
  skip(visit: Visit, labelMap: LabelMap, parts: readonly string[]): Promise<string>
  removeAnnotation(project: string, annotation: string): Promise<void>
  removeTask(project: string, task: string): Promise<void>
}
export interface OpenedPlatform {
  readonly platform: AnnotationPlatform
  readonly people: PlatformPeople
}

export interface PlatformContract {
  readonly name: string
  /** Called once for all tests. */
  readonly open: () => Promise<OpenedPlatform>
  /** A project's id that no project has. */
  readonly unknownProject: string
}

/** What every driver of `AnnotationPlatform` must do. */
export const describePlatform = ({ name, open, unknownProject }: PlatformContract): void => {
  describe(`the ${name} platform`, () => {
    const place = usePlace(open)
    describeProjects(place, unknownProject)
    describeTasks(place)
    describeOtherTasks(place, unknownProject)
    describePredictions(place)
    describeAnnotations(place)
  })
}
