/** Brings painted seeds from a folder into a project. */
import { type ReadSeedsOptions, readSeeds, type SeedAnnotations } from '../integrations/datasets/index.ts'
import { encodeLabelMap } from '../integrations/images/index.ts'
import {
  AlreadyExistsError,
  createJson,
  encodeJson,
  getJson,
  overwrite,
  type Store,
  updateJson,
} from '../integrations/storage/index.ts'
import type { ProjectKeys } from '../integrations/storage/keys.ts'
import { Annotation } from '../schemas/annotation.ts'
import { imageSize, maximumShards, Project, type ProjectSettings } from '../schemas/project.ts'
import { Sample, sampleId } from '../schemas/sample.ts'
import { sha256Of } from '../schemas/sha256.ts'
import { type ChosenGenerator, chooseEmbedded } from './chooseGenerator.ts'

/** A project folder holds one project. */
export const projectId = 'project'

export interface SeedsRequest {
  readonly seedsFolder: string
  readonly read: ReadSeedsOptions
  /** Settings that the person gave; the others keep their values, or get their defaults. */
  readonly settings: Partial<ProjectSettings>
  /** What a new project draws from; without it the embedded generator. */
  readonly generator?: ChosenGenerator
}

/** Seeds that were read and checked, with the project as it is to be. */
export interface PreparedSeeds {
  readonly wanted: Project
  readonly annotations: SeedAnnotations
  readonly generator: ChosenGenerator
}

/** Where a project's objects lie. */
export interface ProjectPlace {
  /** Where the store is a folder on disk. */
  readonly folder?: string
  readonly store: Store
  readonly keys: ProjectKeys
}

/** Images that one job makes, where a run's size allows it. */
const shardSize = 50

/** Stands in the store while seeds are being read in: then the annotations may be old and new ones mixed. */
export function importMark({ root }: ProjectKeys): string {
  return `${root}import.json`
}

/**
 * Makes the project if there is none, and brings its annotations to those of the seeds folder.
 * @returns warnings to show
 */
export async function importSeeds(place: ProjectPlace, request: SeedsRequest): Promise<readonly string[]> {
  const present = (await getJson(place.store, place.keys.project, Project))?.value
  const prepared = await prepareSeeds(present, request)
  await saveSeeds(place, prepared)
  return prepared.annotations.warnings
}

/**
 * Reads and checks seeds; writes nothing.
 * @param present the project as it is, if it is there
 * @throws SeedsError where an annotation cannot be used
 */
export async function prepareSeeds(
  present: Project | undefined,
  { seedsFolder, read, settings, generator: chosenGenerator }: SeedsRequest,
): Promise<PreparedSeeds> {
  const generator = chosenGenerator ?? (await chooseEmbedded())
  const size = imageSize(generator.generator)
  const width = settings.labelWidth ?? present?.settings.labelWidth ?? size.width
  const height = settings.labelHeight ?? present?.settings.labelHeight ?? size.height
  const annotations = await readSeeds(seedsFolder, { ...read, size: { width, height } })
  const { labels } = annotations
  // ψ follows the seeds as long as nobody chose another.
  const chosen =
    present?.settings.truncation === present?.labelList.truncation ? undefined : present?.settings.truncation
  const wanted = Project.parse({
    schemaVersion: 1,
    id: projectId,
    platform: 'local',
    generator: generator.generator,
    createdAt: new Date().toISOString(),
    ...present,
    labelList: labels,
    settings: {
      labeler: 'student',
      labelWidth: width,
      labelHeight: height,
      samplesPerRun: 500,
      shardSize: Math.max(shardSize, Math.ceil((settings.samplesPerRun ?? 0) / maximumShards)),
      ...present?.settings,
      truncation: chosen ?? labels.truncation,
      ...settings,
    },
  })
  return { wanted, annotations, generator }
}

/** Writes generator, project and annotations. What is interrupted is marked as such, and done again by the next call. */
export async function saveSeeds(
  { store, keys }: ProjectPlace,
  { wanted, annotations, generator }: PreparedSeeds,
): Promise<void> {
  const mark = new TextEncoder().encode('{"reading":"seeds"}\n')
  await overwrite(store, importMark(keys), mark)
  await generator.copyTo(store)
  await saveProject({ store, keys }, wanted)
  await saveAnnotations({ store, keys }, wanted, annotations)
  await store.remove(importMark(keys))
}

async function saveProject({ store, keys }: ProjectPlace, wanted: Project): Promise<void> {
  try {
    await createJson(store, keys.project, Project, wanted)
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    const { labelList, settings } = wanted
    await updateJson(store, keys.project, Project, (project) => ({ ...project, labelList, settings }))
  }
}

/** Writes every annotation, and takes away those that the folder does not hold any more. */
async function saveAnnotations(
  { store, keys }: ProjectPlace,
  { generator }: Project,
  { labels, seeds }: SeedAnnotations,
): Promise<void> {
  const kept = new Set<string>()
  for (const { seed, labelMap, source } of seeds) {
    const recipe = { generator: generator.name, seed, truncation: labels.truncation }
    const id = sampleId(recipe)
    const png = encodeLabelMap(labelMap, labels.parts)
    const sha256 = sha256Of(png)
    await overwrite(store, keys.sample(id), encodeJson(keys.sample(id), Sample, { schemaVersion: 1, id, ...recipe }))
    await overwrite(store, keys.annotationLabels(id), png)
    const known = await getJson(store, keys.annotation(id), Annotation)
    kept.add(keys.annotation(id)).add(keys.annotationLabels(id))
    if (known?.value.sha256 === sha256) continue
    const record: Annotation = { schemaVersion: 1, sample: id, source, updatedAt: new Date().toISOString(), sha256 }
    await overwrite(store, keys.annotation(id), encodeJson(keys.annotation(id), Annotation, record))
  }
  const obsolete: string[] = []
  for await (const key of store.list(keys.annotations)) if (!kept.has(key)) obsolete.push(key)
  for (const key of obsolete) await store.remove(key)
}
