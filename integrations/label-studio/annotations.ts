import { AnnotatedPage, type AnnotationAnswer } from '../../schemas/labelStudio/api.ts'
import type { Painting, PaintingForm, PlatformAnnotation } from '../platform/index.ts'
import type { LabelStudioClient } from './client.ts'
import { decodeResult, type LabelConfig } from './format/index.ts'
import { numberOf } from './numberOf.ts'
import { eachTask } from './pages.ts'
import { requireLabelConfig } from './projects.ts'
import { ofSamples, oursIn } from './tasks.ts'

/** Tasks that have an annotation, skipped ones too. Of type String, this filter fails on a project without tasks. */
const annotated = { filter: 'filter:tasks:annotations_ids', operator: 'empty', type: 'Number', value: false }

/**
 * All annotations of tasks that show a sample, skipped ones too, a few tasks at a time: one answer never holds more than
 * their masks. Drafts and predictions are left out by the server.
 */
export async function* listAnnotations(
  client: LabelStudioClient,
  project: string,
  form: PaintingForm,
): AsyncGenerator<PlatformAnnotation> {
  const config = await requireLabelConfig(client, project)
  const tasks = eachTask(client, {
    project: numberOf(project, 'project'),
    filters: [annotated, ofSamples],
    pageSize: 10,
    shape: { fields: 'all', omit: 'predictions,drafts' },
    answer: AnnotatedPage,
    what: `listing the annotations of project ${project}`,
  })
  for await (const { id: task, data, annotations } of tasks) {
    const ours = oursIn(data)
    if (ours === undefined) continue
    const { sample, kind } = ours
    for (const annotation of annotations) {
      yield {
        id: annotation.id,
        task,
        sample,
        taskKind: kind,
        by: annotation.completed_by ?? undefined,
        createdAt: annotation.created_at,
        updatedAt: annotation.updated_at,
        seconds: annotation.lead_time ?? undefined,
        painting: paintingOf(annotation, config, form),
      }
    }
  }
}

/** The flag counts first: a skipped task comes with whatever was on the screen. */
function paintingOf(annotation: AnnotationAnswer, config: LabelConfig, form: PaintingForm): Painting {
  if (annotation.was_cancelled === true) return { kind: 'skipped' }
  return decodeResult(annotation.result ?? [], config, form, { aliases: form.aliases ?? {} })
}
