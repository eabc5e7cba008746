import { describeGenerator } from '../../functions/gpu/jobs/generatorWeights.ts'
import { type GeneratorWeights, readGenerator } from '../../functions/gpu/stylegan/weights.ts'
import { encodeLabelMap } from '../../integrations/images/index.ts'
import { createJson, type Store } from '../../integrations/storage/index.ts'
import { generatorWeightsKey, projectKeys } from '../../integrations/storage/keys.ts'
import { Annotation } from '../../schemas/annotation.ts'
import { Project } from '../../schemas/project.ts'
import { Sample, sampleId } from '../../schemas/sample.ts'
import { sha256Of } from '../../schemas/sha256.ts'
import { blobs, partColors } from './blobs.ts'
import { randomGenerator } from './randomGenerator.ts'

const createdAt = '2030-01-01T00:00:00.000Z'

export const keys = projectKeys('local', 'bench')

export interface BenchProjectOptions {
  /** Name of the generator in the store. */
  readonly generator: string
  /** With the background. */
  readonly parts: number
  /** Pixels per side of the label maps. */
  readonly labelSide: number
  readonly samples?: number
}

/** A project whose seeds are painted at random on a generator of random weights. */
export async function paintRandomProject(
  store: Store,
  { side, parts, images }: { readonly side: number; readonly parts: number; readonly images: number },
): Promise<void> {
  const generator = 'random'
  const file = randomGenerator({ resolution: side })
  await store.create(generatorWeightsKey(generator), file)
  const project = await writeProject(store, readGenerator(file), { generator, parts, labelSide: side })
  await writePaintings(store, project, images)
}

/** A project of files as the jobs find it, with ψ = 1 throughout. */
export async function writeProject(
  store: Store,
  weights: GeneratorWeights,
  { generator, parts, labelSide, samples = 1 }: BenchProjectOptions,
): Promise<Project> {
  const project = Project.parse({
    schemaVersion: 1,
    id: 'bench',
    platform: 'local',
    generator: describeGenerator(generator, weights),
    labelList: { parts: partColors(parts).map((color, id) => ({ id, name: `part ${id}`, color })), truncation: 1 },
    settings: {
      labeler: 'student',
      truncation: 1,
      labelWidth: labelSide,
      labelHeight: labelSide,
      samplesPerRun: samples,
    },
    createdAt,
  })
  await createJson(store, keys.project, Project, project)
  return project
}

/** Random blobs as paintings of the seeds from 0 on. There are no pictures, which no training looks at. */
export async function writePaintings(
  store: Store,
  { generator, labelList, settings }: Project,
  images: number,
): Promise<void> {
  const { parts } = labelList
  for (let seed = 0; seed < images; seed++) {
    const recipe = { generator: generator.name, seed, truncation: labelList.truncation }
    const id = sampleId(recipe)
    const png = encodeLabelMap(blobs(settings.labelWidth, parts.length - 1, seed), parts)
    await createJson(store, keys.sample(id), Sample, { schemaVersion: 1, id, ...recipe })
    await store.create(keys.annotationLabels(id), png)
    await createJson(store, keys.annotation(id), Annotation, {
      schemaVersion: 1,
      sample: id,
      source: 'bench',
      updatedAt: createdAt,
      sha256: sha256Of(png),
    })
  }
}
