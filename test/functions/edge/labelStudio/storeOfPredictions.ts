import { z } from 'zod'
import { encodeLabelMap } from '../../../../integrations/images/labelMapPng.ts'
import { encodeJson, type Store } from '../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import type { LabelMap } from '../../../../schemas/labelMap.ts'
import type { ModelVersion } from '../../../../schemas/modelVersion.ts'
import { Project } from '../../../../schemas/project.ts'
import { Serving } from '../../../../schemas/projectState.ts'
import { RunManifest } from '../../../../schemas/runManifest.ts'
import { SeedPredictions } from '../../../../schemas/seedPredictions.ts'
import { recorded } from '../recorded.ts'
import { avatars } from '../storeOfRuns.ts'

export const keys = projectKeys('label-studio', '8')
export const run = keys.run('sixteen-v1')
const labelList = {
  parts: ['background', 'Hair', 'Eye'].map((name, id) => ({ id, name, color: '#000000' })),
  truncation: 0.7,
}
export const project = Project.parse({
  ...avatars,
  platform: 'label-studio',
  id: '8',
  labelList,
  settings: { ...avatars.settings, members: 10 },
})
/** Hair on the left, one eye on the right. */
const painted: LabelMap = { width: 4, height: 2, data: Uint8Array.from([1, 1, 0, 0, 1, 1, 0, 2]) }

const line = (id: string, score: number) => ({
  id,
  seed: 1,
  truncation: 0.7,
  image: `images/${id}.png`,
  labels: `labels/${id}.png`,
  score,
  parts: [0, 1, 2],
})

export async function write<T>(store: Store, key: string, schema: z.ZodType<T>, value: T): Promise<void> {
  await store.create(key, encodeJson(key, schema, value))
}

/** Project 8 shows sixteen-v1, with two kept samples, a dropped one, and one of a seed; before that there was a draft. */
export async function storeOfPredictions(version: ModelVersion = 'sixteen-v1'): Promise<Store> {
  const store = openMemoryStore()
  await write(store, keys.project, Project, project)
  await write(store, keys.serving, Serving, { schemaVersion: 1, version, chosen: false })
  await write(store, run.manifest, RunManifest, {
    schemaVersion: 1,
    run: 'sixteen-v1',
    labelList,
    settings: project.settings,
    lines: [
      { ...line('kept', Math.log(3) / 4), kept: true },
      { ...line('sure', 0), kept: true },
      { ...line('dropped', 1), kept: false },
      { ...line('damaged', 0), kept: true },
    ],
  })
  const png = encodeLabelMap(painted, labelList.parts)
  for (const sample of ['kept', 'sure', 'dropped', 'seed']) await store.create(run.labelMap(sample), png)
  await store.create(run.labelMap('damaged'), png.subarray(0, 40))
  await write(store, run.seedPredictions, SeedPredictions, {
    schemaVersion: 1,
    run: 'sixteen-v1',
    lines: [line('seed', Math.log(3) / 2)],
  })
  await store.create(keys.draft('seed'), png)
  return store
}

const task = (id: number, sample?: string) => ({
  ...z.array(z.looseObject({})).parse(recorded('predict_open_task').body?.tasks)[0],
  id,
  data: { image: `/data/upload/8/${id}.png`, ...(sample === undefined ? {} : { sample }) },
})
/** The body of `/predict` for tasks that show these samples. */
export const asking = (...samples: (string | undefined)[]) => ({
  ...recorded('predict_open_task').body,
  tasks: samples.map((sample, index) => task(index + 1, sample)),
})

const Region = z.looseObject({ value: z.looseObject({ rle: z.array(z.number()), brushlabels: z.tuple([z.string()]) }) })
export const Results = z.object({
  results: z.array(
    z.union([z.tuple([]), z.object({ result: z.array(Region), score: z.number(), model_version: z.string() })]),
  ),
})
