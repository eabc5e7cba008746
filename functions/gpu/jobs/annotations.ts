import { decodeLabelMap } from '../../../integrations/images/index.ts'
import { getJson, listJson, MissingError } from '../../../integrations/storage/index.ts'
import { Annotation } from '../../../schemas/annotation.ts'
import { checkLabelMap, type LabelMap } from '../../../schemas/labelMap.ts'
import type { Project } from '../../../schemas/project.ts'
import { Sample } from '../../../schemas/sample.ts'
import { sha256Of } from '../../../schemas/sha256.ts'
import { type JobContext, JobError, labelSize } from './context.ts'

/** A seed sample with what a person painted on it. */
export interface PaintedSample {
  readonly sample: Sample
  readonly annotation: Annotation
  readonly labelMap: LabelMap
}

/**
 * All annotations of a project, in order of their seeds.
 * @throws JobError where there are none, or one does not fit the project
 */
export async function readAnnotations(
  { store, keys }: Pick<JobContext, 'store' | 'keys'>,
  project: Project,
): Promise<readonly PaintedSample[]> {
  const annotations = await listJson(store, keys.annotations, (key) => key.endsWith('.json'), Annotation)
  const painted: PaintedSample[] = []
  for (const annotation of annotations) painted.push(await readPainted(annotation))
  if (painted.length === 0) throw new JobError('no seed sample is annotated yet: paint at least one, better sixteen')
  return painted.toSorted((a, b) => a.sample.seed - b.sample.seed)

  async function readPainted(annotation: Annotation): Promise<PaintedSample> {
    const sample = await getJson(store, keys.sample(annotation.sample), Sample)
    if (sample === undefined) throw new MissingError(keys.sample(annotation.sample))
    const labels = await store.get(keys.annotationLabels(annotation.sample))
    if (labels === undefined) throw new MissingError(keys.annotationLabels(annotation.sample))
    if (sha256Of(labels.bytes) !== annotation.sha256)
      throw new JobError(
        `${keys.annotationLabels(annotation.sample)} is not the label map that was annotated: read the seeds in again`,
      )
    const labelMap = decodeLabelMap(labels.bytes)
    checkLabelMap(labelMap, { parts: project.labelList.parts.length, ...labelSize(project) })
    if (sample.value.generator !== project.generator.name)
      throw new JobError(
        `sample ${annotation.sample} was made by generator ${sample.value.generator}, the project uses ${project.generator.name}`,
      )
    return { sample: sample.value, annotation, labelMap }
  }
}

/** ψ of the seeds: they are shown, painted and trained on with the label list's truncation. */
export function seedTruncation({ labelList }: Project): number {
  return labelList.truncation
}
