import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chooseGenerator } from '../../cli/chooseGenerator.ts'
import { featuresOf } from '../../cli/generatorFacts.ts'
import { prepareSeeds, saveSeeds } from '../../cli/importSeeds.ts'
import { findProject, makeProjectFolder } from '../../cli/projectFolder.ts'
import { findGenerator, listGenerators } from '../../functions/generators.ts'
import { featureLength } from '../../functions/gpu/interpreter/featureCollection.ts'
import { readProjectGenerator } from '../../functions/gpu/jobs/generatorWeights.ts'
import { importGenerator } from '../../functions/gpu/jobs/importGenerator.ts'
import { encodeLabelMap } from '../../integrations/images/index.ts'
import { fixture } from '../support/fixture.ts'

const place = { folder: '', data: '', seeds: '' }
const size = { width: 32, height: 24 }
const parts = ['background', 'hair'].map((name, id) => ({ id, name, color: '#000000' }))

async function importInto(data: string, name: string, file = 'skip'): Promise<void> {
  const { store } = await makeProjectFolder(data)
  await importGenerator(store, {
    name,
    file: fixture(`stylegan/${file}.generator.safetensors`),
    location: file,
    precision: 'float32',
    crop: size,
    replace: true,
    licence: async () => null,
    now: () => new Date(),
  })
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-choose-'))
  Object.assign(place, { folder, data: join(folder, 'data'), seeds: join(folder, 'seeds') })
  await importInto(place.data, 'faces')
  await importInto(place.data, 'cats', 'resnet')
  await mkdir(place.seeds)
  await writeFile(join(place.seeds, 'labels.json'), JSON.stringify({ parts, truncation: 1 }))
  const data = Uint8Array.from({ length: size.width * size.height }, (_, pixel) => pixel % 2)
  await writeFile(join(place.seeds, '7.labels.png'), encodeLabelMap({ ...size, data }, parts))
})
afterAll(() => rm(place.folder, { recursive: true }))

/** What `sixteen train` does before it trains. */
async function bringSeeds(project: string, name: string | undefined, data = place.data) {
  const folder = join(place.folder, project)
  const present = await findProject(folder)
  const generator = await chooseGenerator({ folder, present, name, data })
  const prepared = await prepareSeeds(present, { seedsFolder: place.seeds, read: {}, settings: {}, generator })
  const opened = await makeProjectFolder(folder)
  await saveSeeds(opened, prepared)
  return { ...opened, project: await findProject(folder), generator }
}

const refusal = (...given: Parameters<typeof bringSeeds>): Promise<string> =>
  bringSeeds(...given).then(
    () => '',
    (error: Error) => `${error.name}: ${error.message}`,
  )

describe('a new project', () => {
  test('with a named generator holds its weights itself, and label maps have the size of its images', async () => {
    const { store, project } = await bringSeeds('named', 'faces')
    expect(project).toMatchObject({
      generator: { name: 'faces', resolution: 32, crop: { x: 0, y: 4, ...size } },
      settings: { labelWidth: 32, labelHeight: 24 },
    })
    expect(await store.head('projects/local-project/samples/faces-s7-t1.json')).toBeDefined()
    if (project === undefined) throw new Error('no project')
    expect(await findGenerator(store, 'faces')).toEqual(project.generator)
    expect((await readProjectGenerator(store, project.generator)).sha256).toBe(project.generator.sha256)
  })

  test('has the embedded generator where none is named', async () => {
    const folder = join(place.folder, 'embedded')
    for (const name of [undefined, 'avatars']) {
      const { generator, readWeights } = await chooseGenerator({ folder, present: undefined, name, data: place.data })
      expect(generator).toMatchObject({ name: 'avatars', resolution: 128 })
      expect((await readWeights()).sha256).toBe(generator.sha256)
    }
  })

  test('cannot have one that is not there, and is not begun', async () => {
    expect(await refusal('dogs', 'dogs')).toMatch(
      /^UsageError: .*no generator dogs was imported \(there are cats, faces\)/,
    )
    const nowhere = join(place.folder, 'nowhere')
    expect(await refusal('dogs', 'dogs', nowhere)).toMatch(/^UsageError: .*nowhere holds no generators: import dogs/)
    expect(await findProject(join(place.folder, 'dogs'))).toBeUndefined()
  })
})

describe('a project that is there', () => {
  test('goes on with its own generator, named or not, wherever that was imported', async () => {
    const { project } = await bringSeeds('own', 'faces')
    const nowhere = join(place.folder, 'nowhere')
    for (const name of [undefined, 'faces']) {
      const again = await bringSeeds('own', name, nowhere)
      expect(again.project).toEqual(project)
      expect((await again.generator.readWeights()).sha256).toBe(project?.generator.sha256)
    }
  })

  test.each(['cats', 'avatars', 'dogs'])('does not change its generator to %s', async (name) => {
    const { project } = await bringSeeds('kept', 'faces')
    expect(await refusal('kept', name)).toMatch(
      new RegExp(`^UsageError: .*kept was made with the generator faces, .*make a new project for ${name}$`),
    )
    expect(await findProject(join(place.folder, 'kept'))).toEqual(project)
  })

  test('keeps its weights when other ones are imported under that name', async () => {
    const data = join(place.folder, 'changing')
    await importInto(data, 'faces')
    const { project } = await bringSeeds('lasting', 'faces', data)
    await importInto(data, 'faces', 'resnet')
    const again = await bringSeeds('lasting', 'faces', data)
    expect(again.project).toEqual(project)
    expect((await again.generator.readWeights()).sha256).toBe(project?.generator.sha256)
  })
})

test('the number of features that is shown is the interpreter’s', async () => {
  const { store, generator } = await bringSeeds('shown', 'faces')
  const records = await listGenerators(store)
  expect(records.map(featuresOf)).toEqual([featureLength(await generator.readWeights())])
})
