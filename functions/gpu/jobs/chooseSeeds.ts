import { encodeJson, getJson, type Store, updateJson } from '../../../integrations/storage/index.ts'
import type { ProjectKeys } from '../../../integrations/storage/keys.ts'
import type { Project } from '../../../schemas/project.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import { Sample, sampleId } from '../../../schemas/sample.ts'
import { type SeedChoice, SeedList } from '../../../schemas/seedList.ts'
import { spread } from '../../factory/life/spread.ts'
import { nextSeeds } from '../../factory/nextSeeds.ts'
import { listRuns } from '../../runs.ts'
import type { Engine } from '../onnx/engine.ts'
import { sampleStyles } from '../stylegan/sampleStyles.ts'
import { seedTruncation } from './annotations.ts'
import { readProjectGenerator } from './generatorWeights.ts'
import { write } from './writing.ts'

interface SeedContext {
  readonly store: Store
  readonly keys: ProjectKeys
  readonly engine: Engine
}

/** A choice, with what makes the sample. */
interface Candidate {
  readonly choice: SeedChoice
  readonly seed: number
}

/**
 * Chooses as many seed samples as the project's seed list wants: where the ensemble disagrees most, once there is one;
 * before, spread over latent space. What is chosen stays; done again, nothing is added.
 * @param taken ids of samples that the annotation platform shows already
 * @returns all that are chosen, in the order of the choice
 */
export async function chooseSeeds(
  context: SeedContext,
  project: Project,
  taken: ReadonlySet<string>,
): Promise<readonly Sample[]> {
  const { store, keys } = context
  const list = (await getJson(store, keys.seeds, SeedList))?.value ?? { schemaVersion: 1, wanted: 0, chosen: [] }
  const lacking = list.wanted - list.chosen.length
  if (lacking > 0) {
    const avoided = new Set([...taken, ...list.chosen.map(({ sample }) => sample)])
    const disputed = await mostDisputed(context, project, avoided, lacking)
    for (const { choice } of disputed) avoided.add(choice.sample)
    const left = lacking - disputed.length
    const more = left > 0 ? await mostSpread(context, project, list, avoided, left) : []
    for (const candidate of [...disputed, ...more]) await add(context, project, candidate)
  }
  const { chosen } = (await getJson(store, keys.seeds, SeedList))?.value ?? list
  const samples = await Promise.all(chosen.map(({ sample }) => getJson(store, keys.sample(sample), Sample)))
  return samples.flatMap((record) => (record === undefined ? [] : [record.value]))
}

async function add({ store, keys }: SeedContext, project: Project, { choice, seed }: Candidate): Promise<void> {
  const { sample: id } = choice
  const recipe = { generator: project.generator.name, seed, truncation: seedTruncation(project) }
  await write(store, keys.sample(id), encodeJson(keys.sample(id), Sample, { schemaVersion: 1, id, ...recipe }))
  await updateJson(store, keys.seeds, SeedList, (list) =>
    list.chosen.some(({ sample }) => sample === id) || list.chosen.length >= list.wanted
      ? list
      : { ...list, chosen: [...list.chosen, choice] },
  )
}

async function mostDisputed(
  { store, keys }: SeedContext,
  project: Project,
  avoided: ReadonlySet<string>,
  count: number,
): Promise<readonly Candidate[]> {
  const newest = (await listRuns(store, keys)).findLast(({ state }) => state === 'done')
  if (newest === undefined) return []
  const manifest = (await getJson(store, keys.run(newest.version).manifest, RunManifest))?.value
  if (manifest === undefined || manifest.settings.truncation !== seedTruncation(project)) return []
  const lines = manifest.lines.filter(({ id }) => !avoided.has(id))
  return nextSeeds(lines, manifest.labelList, { count, scarceParts: [] }).map(({ line }) => ({
    choice: { sample: line.id, reason: 'disagreement' },
    seed: line.seed,
  }))
}

async function mostSpread(
  { store, engine }: SeedContext,
  project: Project,
  list: SeedList,
  avoided: ReadonlySet<string>,
  count: number,
): Promise<readonly Candidate[]> {
  const { from, size } = project.life.seedPool
  const idOf = (seed: number): string =>
    sampleId({ generator: project.generator.name, seed, truncation: seedTruncation(project) })
  const pool = (first: number, length: number) => Array.from({ length }, (_, index) => first + index)
  const weights = await readProjectGenerator(store, project.generator)
  const chosenBefore = new Set(list.chosen.map(({ sample }) => sample))
  const candidate = (seed: number): Candidate => ({ choice: { sample: idOf(seed), reason: 'spread' }, seed })

  // Samples that are shown already are no candidates, but what is chosen keeps its distance to the seeds among them.
  const seeds = pool(from, size).filter((seed) => chosenBefore.has(idOf(seed)) || !avoided.has(idOf(seed)))
  const styles = await sampleStyles(engine, weights, seeds)
  const present = [...seeds.entries()].filter(([, seed]) => chosenBefore.has(idOf(seed))).map(([index]) => index)
  const far = spread(styles, present, count).flatMap((index) => seeds[index] ?? [])
  const beyond = pool(from + size, count + avoided.size).filter((seed) => !avoided.has(idOf(seed)))
  return [...far, ...beyond].slice(0, count).map(candidate)
}
