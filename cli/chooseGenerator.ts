/** Which generator a project folder draws from, and where its weights are before the project has them. */
import { join } from 'node:path'
import { findGenerator } from '../functions/generators.ts'
import {
  describeGenerator,
  embeddedGenerator,
  readEmbeddedGenerator,
  readProjectGenerator,
} from '../functions/gpu/jobs/generatorWeights.ts'
import { copyGenerator } from '../functions/gpu/jobs/storeGenerator.ts'
import type { GeneratorWeights } from '../functions/gpu/stylegan/weights.ts'
import { openFileStore } from '../integrations/storage/fs.ts'
import type { Store } from '../integrations/storage/index.ts'
import type { Generator, Project } from '../schemas/project.ts'
import { inDataStore } from './dataFolder.ts'
import { UsageError } from './errors.ts'

export interface ChosenGenerator {
  readonly generator: Generator
  readWeights(): Promise<GeneratorWeights>
  /** Makes a project's store whole by itself. */
  copyTo(store: Store): Promise<void>
}

/** The generator that comes with the package. */
export async function chooseEmbedded(): Promise<ChosenGenerator> {
  const weights = await readEmbeddedGenerator()
  return {
    generator: describeGenerator(embeddedGenerator, weights),
    readWeights: async () => weights,
    copyTo: async () => {},
  }
}

export interface GeneratorChoice {
  /** The project folder. */
  readonly folder: string
  /** The project as it is, if it is there. */
  readonly present: Project | undefined
  /** What a person asked for. */
  readonly name: string | undefined
  /** Folder with the imported generators. */
  readonly data: string
}

/**
 * The generator asked for; without a wish that of the project, or the embedded one for a new project.
 * @throws UsageError where it is not there, or the project was made with another one
 */
export async function chooseGenerator(choice: GeneratorChoice): Promise<ChosenGenerator> {
  const { folder, present, name, data } = choice
  if (present === undefined)
    return name === undefined || name === embeddedGenerator ? chooseEmbedded() : chooseImported(data, name)
  const { generator } = present
  if (name !== undefined && name !== generator.name)
    throw new UsageError(
      `${folder} was made with the generator ${generator.name}, and its seeds are images of that: make a new project for ${name}`,
    )
  return {
    generator,
    readWeights: async () => readProjectGenerator(await openFileStore(join(folder, 'store')), generator),
    copyTo: async () => {},
  }
}

function chooseImported(data: string, name: string): Promise<ChosenGenerator> {
  return inDataStore(data, name, async (store) => {
    const generator = await findGenerator(store, name)
    return {
      generator,
      readWeights: () => readProjectGenerator(store, generator),
      copyTo: (to) => copyGenerator(store, to, generator),
    }
  })
}
