import { Command } from 'commander'
import { listGenerators } from '../../functions/generators.ts'
import { describeWeights, embeddedGenerator, readEmbeddedGenerator } from '../../functions/gpu/jobs/generatorWeights.ts'
import { imageSize } from '../../schemas/project.ts'
import { dataOption, findDataStore } from '../dataFolder.ts'
import { describeRecord, featuresOf, type GeneratorShape } from '../generatorFacts.ts'

interface GeneratorsOptions {
  readonly data: string
  readonly json: boolean
}

interface Listed extends GeneratorShape {
  readonly name: string
  readonly sha256: string
  readonly source: string
  readonly licence: string | null
}

export const generators = new Command('generators')
  .description('list the generators that were imported, and the one that comes with sixteen')
  .addOption(dataOption())
  .option('--json', 'print the result as JSON, and nothing else', false)
  .action(async ({ data, json }: GeneratorsOptions) => {
    const store = await findDataStore(data)
    const imported = store === undefined ? [] : await listGenerators(store)
    const all: readonly Listed[] = [
      await embedded(),
      ...imported.map(({ source, ...record }) => ({ ...record, source: source.location })),
    ]
    if (json) console.log(JSON.stringify(all.map(asFacts)))
    else console.log(all.map(formatGenerator).join('\n'))
  })

async function embedded(): Promise<Listed> {
  return {
    ...describeWeights(await readEmbeddedGenerator()),
    name: embeddedGenerator,
    precision: 'float32',
    source: 'comes with sixteen',
    licence: 'MIT',
  }
}

function asFacts({ name, facts, resolution, channels, precision, sha256, source, licence }: Listed) {
  const { width, height } = imageSize({ resolution, crop: facts.crop })
  const { kind, architecture } = facts
  const features = featuresOf({ channels })
  return { name, kind, architecture, resolution, width, height, features, precision, sha256, source, licence }
}

function formatGenerator(generator: Listed): string {
  const { name, sha256, source, licence } = generator
  return [
    `${name}: ${describeRecord(generator)}`,
    `  from     ${source}`,
    `  sha256   ${sha256}`,
    `  licence  ${licence ?? 'not noted'}`,
  ].join('\n')
}
