/** A project of the tiny generator on a platform in memory, and a finished run of it: for jobs one by one. */
import { createHash } from 'node:crypto'
import { buildFactory } from '../../../../functions/gpu/jobs/factory.ts'
import { describeGenerator } from '../../../../functions/gpu/jobs/generatorWeights.ts'
import { publish } from '../../../../functions/gpu/jobs/publish.ts'
import type { Engine } from '../../../../functions/gpu/onnx/engine.ts'
import { writePaintings } from '../../../../functions/reactor/writePaintings.ts'
import { encodeLabelMap } from '../../../../integrations/images/index.ts'
import { createJson } from '../../../../integrations/storage/index.ts'
import { generatorWeightsKey } from '../../../../integrations/storage/keys.ts'
import type { LabelMap } from '../../../../schemas/labelMap.ts'
import type { LifeSettings } from '../../../../schemas/lifeSettings.ts'
import type { ManifestLine } from '../../../../schemas/manifest.ts'
import { Project } from '../../../../schemas/project.ts'
import { Run, type RunState, type RunVersion } from '../../../../schemas/run.ts'
import { RunManifest } from '../../../../schemas/runManifest.ts'
import { sampleId } from '../../../../schemas/sample.ts'
import { SeedList } from '../../../../schemas/seedList.ts'
import { fixture } from '../../../support/fixture.ts'
import { keys, project as platformProject, publishingWorld } from '../../publishing/publishingPlace.ts'
import { randomEnsemble, tinyGenerator, tinyShape } from '../interpreter/tinyGenerator.ts'

export { keys } from '../../publishing/publishingPlace.ts'

export const side = 32
export const parts = ['background', 'Hair', 'Eye'].map((name, id) => ({ id, name, color: '#000000' }))
export const idOf = (seed: number, truncation = 1): string => sampleId({ generator: 'tiny', seed, truncation })

export function tinyProject(life: Partial<LifeSettings> = {}): Project {
  return Project.parse({
    schemaVersion: 1,
    id: platformProject,
    platform: 'label-studio',
    generator: describeGenerator('tiny', tinyGenerator),
    labelList: { parts, truncation: 1 },
    settings: { labeler: 'ensemble', members: 3, truncation: 1, labelWidth: side, labelHeight: side },
    life: { seedPool: { from: 10, size: 8 }, publishShare: 1, ...life },
    createdAt: '2030-01-01T00:00:00.000Z',
  })
}

/** A label map with one part on its left half. */
export function halved(part: number): LabelMap {
  const data = Uint8Array.from({ length: side * side }, (_, pixel) => (pixel % side < side / 2 ? part : 0))
  return { width: side, height: side, data }
}

export async function tinyJobs(engine: Engine, project: Project = tinyProject()) {
  const world = publishingWorld()
  const { store } = world
  await store.create(generatorWeightsKey('tiny'), fixture('stylegan/skip.generator.safetensors'))
  await createJson(store, keys.project, Project, project)
  return {
    ...world,
    project,
    context: { store, keys, engine },
    want: (wanted: number, chosen: SeedList['chosen'] = []) =>
      createJson(store, keys.seeds, SeedList, { schemaVersion: 1, wanted, chosen }),
    /** A run with a dataset of these seeds, of which each has the score that stands beside it. */
    async addRun(
      version: RunVersion,
      scores: Readonly<Record<number, number>>,
      { state = 'done' as RunState, truncation = 1 } = {},
    ) {
      const run = keys.run(version)
      await createJson(store, run.run, Run, {
        schemaVersion: 1,
        version,
        state,
        inputs: 'b'.repeat(64),
        createdAt: '2030-01-01T00:00:00.000Z',
        phases: [],
      })
      const lines = Object.entries(scores).map(([seed, score]): ManifestLine => {
        const id = idOf(Number(seed), truncation)
        const files = { image: `images/${id}.png`, labels: `labels/${id}.png` }
        return { id, seed: Number(seed), truncation, ...files, score, parts: [0, 1], kept: true }
      })
      for (const { id } of lines) {
        await store.create(run.image(id), Uint8Array.of(1))
        await store.create(run.labelMap(id), encodeLabelMap(halved(1), parts))
      }
      const { labelList, settings } = project
      await createJson(store, run.manifest, RunManifest, {
        schemaVersion: 1,
        run: version,
        labelList,
        settings: { ...settings, truncation },
        lines,
      })
    },
    /** The run's factory graph, of an ensemble that knows nothing. */
    addFactory: (version: RunVersion) =>
      store.create(
        keys.run(version).factory,
        buildFactory(project, tinyGenerator, randomEnsemble(tinyShape({ parts: parts.length }), 1), version),
      ),
    /** What a person painted on these seeds, as the reactor stores it. */
    async addPaintings(...seeds: readonly number[]) {
      const png = encodeLabelMap(halved(1), parts)
      const sha256 = createHash('sha256').update(png).digest('hex')
      const painting = {
        kind: 'painted',
        labelMap: halved(1),
        regions: { drawn: 1, changed: 0, untouched: 0 },
      } as const
      const painted = seeds.map((seed) => {
        const sample = idOf(seed)
        const source = { id: String(seed), task: '1', sample, by: 'a', seconds: 1, painting }
        const recipe = { generator: 'tiny', seed, truncation: 1 }
        const sources = [{ ...source, updatedAt: '2030-01-01T00:00:00.000Z' }]
        return { sample, sha256, png, recipe, kind: 'seed' as const, sources }
      })
      await writePaintings(world.place(), painted)
    },
  }
}

export const version = 'sixteen-v1'
export const run = keys.run(version)

/** A run of three images that was made from seeds 10 and 11; seed 12 is chosen, and not painted yet. */
export async function finishedRun(engine: Engine, life: Partial<LifeSettings> = {}) {
  const world = await tinyJobs(engine, tinyProject(life))
  await world.addRun(version, { 1000: 0, 1001: 0.2, 1002: 0.1 })
  await world.addFactory(version)
  await world.addPaintings(10, 11)
  await world.want(3, [{ sample: idOf(10), reason: 'spread' }])
  const progress: string[] = []
  const context = {
    ...world.context,
    run,
    version,
    onProgress: ({ task, done, total }: { task: string; done: number; total: number }) =>
      void progress.push(`${task} ${done}/${total}`),
  }
  return {
    ...world,
    context,
    progress,
    publish: () => world.time.until(publish(context, world.place())),
    tasks: () => world.platform.tasks(platformProject),
    predicted: () => world.platform.predictions(platformProject).map(({ task }) => task),
  }
}
