/** A project folder on disk: the store with the project's objects, and what is exported beside it. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readSeeds, type ReadSeedsOptions, type SeedAnnotations } from '../integrations/datasets/index.ts'
import { encodeLabelMap } from '../integrations/images/index.ts'
import { AlreadyExistsError, createJson, encodeJson, getJson, overwrite, type Store, updateJson } from '../integrations/storage/index.ts'
import { openFileStore } from '../integrations/storage/fs.ts'
import { type ProjectKeys, projectKeys } from '../integrations/storage/keys.ts'
import { Annotation } from '../schemas/annotation.ts'
import { Project, type ProjectSettings } from '../schemas/project.ts'
import { Sample, sampleId } from '../schemas/sample.ts'
import { embeddedGenerator, readProjectGenerator, readEmbeddedGenerator } from '../functions/gpu/jobs/generatorWeights.ts'
import { UsageError } from './errors.ts'

/** A project folder holds one project. */
export const projectId = 'project'

export interface ProjectFolder {
  readonly folder: string
  readonly store: Store
  readonly keys: ProjectKeys
}

export async function openProjectFolder(folder: string): Promise<ProjectFolder> {
  const store = await openFileStore(join(folder, 'store'))
  return { folder, store, keys: projectKeys('local', projectId) }
}

/** @throws UsageError where the folder holds no project yet */
export async function requireProject({ folder, store, keys }: ProjectFolder): Promise<Project> {
  const project = await getJson(store, keys.project, Project)
  if (project === undefined) throw new UsageError(`${folder} holds no project yet: begin with  sixteen train ${folder} --seeds FOLDER`)
  return project.value
}

export interface SeedsRequest {
  readonly seedsFolder: string
  readonly read: ReadSeedsOptions
  /** Settings that the person gave; the others keep their values, or get their defaults. */
  readonly settings: Partial<ProjectSettings>
}

/**
 * Makes the project if there is none, and brings its annotations to those of the seeds folder.
 * @returns warnings to show
 */
export async function importSeeds(project: ProjectFolder, { seedsFolder, read, settings }: SeedsRequest): Promise<readonly string[]> {
  const { store, keys } = project
  const weights = await readEmbeddedGenerator()
  const { resolution } = weights
  const [width, height] = [settings.labelWidth ?? resolution, settings.labelHeight ?? resolution]
  const annotations = await readSeeds(seedsFolder, { ...read, size: { width, height } })
  const wanted: Project = Project.parse({
    schemaVersion: 1,
    id: projectId,
    platform: 'local',
    generator: {
      name: embeddedGenerator,
      kind: weights.facts.kind,
      resolution,
      latentLength: weights.latentLength,
      sha256: weights.sha256,
    },
    labelList: annotations.labels,
    settings: {
      labeler: 'student',
      labelWidth: width,
      labelHeight: height,
      truncation: annotations.labels.truncation,
      samplesPerRun: 500,
      shardSize: 50,
      ...settings,
    },
    createdAt: new Date().toISOString(),
  })
  await saveProject(project, wanted, settings)
  await saveAnnotations(store, keys, wanted, annotations)
  return annotations.warnings
}

/** Changes settings of an existing project. */
export async function changeSettings({ store, keys }: ProjectFolder, settings: Partial<ProjectSettings>): Promise<Project> {
  const changed = await updateJson(store, keys.project, Project, (project) => ({
    ...project,
    settings: { ...project.settings, ...settings },
  }))
  return changed.value
}

async function saveProject({ store, keys }: ProjectFolder, wanted: Project, given: Partial<ProjectSettings>): Promise<void> {
  try {
    await createJson(store, keys.project, Project, wanted)
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    await updateJson(store, keys.project, Project, (project) => ({
      ...project,
      labelList: wanted.labelList,
      settings: { ...project.settings, ...given },
    }))
  }
}

/** Writes every annotation, and takes away those that the folder does not hold any more. */
async function saveAnnotations(store: Store, keys: ProjectKeys, project: Project, { labels, seeds }: SeedAnnotations): Promise<void> {
  const kept = new Set<string>()
  for (const { seed, labelMap, source } of seeds) {
    const recipe = { generator: project.generator.name, seed, truncation: labels.truncation }
    const id = sampleId(recipe)
    const png = encodeLabelMap(labelMap, labels.parts)
    const sha256 = createHash('sha256').update(png).digest('hex')
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

/** The generator of a project folder. */
export async function projectGenerator({ store }: ProjectFolder, project: Project) {
  return readProjectGenerator(store, project.generator)
}
