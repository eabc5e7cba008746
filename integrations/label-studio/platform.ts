import type { AnnotationPlatform } from '../platform/index.ts'
import { listAnnotations } from './annotations.ts'
import type { LabelStudioClient } from './client.ts'
import { importLimit, importTasks } from './imports.ts'
import { listOtherTasks } from './otherTasks.ts'
import { addPredictions, removePredictions, show, tasksPredicted } from './predictions.ts'
import { readProject } from './projects.ts'
import { openTaskImages, type TaskImageOptions } from './taskImages.ts'
import { listTasks } from './tasks.ts'
import { prepareViews } from './views.ts'

/**
 * A Label Studio server as an annotation platform. Label configurations are read anew by each call that needs one: people
 * change them at any time.
 */
export function openLabelStudio(client: LabelStudioClient, options: TaskImageOptions = {}): AnnotationPlatform {
  const readTaskImage = openTaskImages(client, options)
  return {
    name: 'label-studio',
    importLimit,
    readProject: (project) => readProject(client, project),
    listTasks: (project) => listTasks(client, project),
    listOtherTasks: (project, ids) => listOtherTasks(client, project, ids),
    readImage: (_project, task, signal) => readTaskImage(task, signal),
    listAnnotations: (project, form) => listAnnotations(client, project, form),
    importTasks: (project, form, tasks) => importTasks(client, project, form, tasks),
    tasksPredicted: (project, version, among) => tasksPredicted(client, project, version, among),
    addPredictions: (project, form, predictions) => addPredictions(client, project, form, predictions),
    removePredictions: (project, version) => removePredictions(client, project, version),
    show: (project, version) => show(client, project, version),
    prepareViews: (project) => prepareViews(client, project),
  }
}
