import { readFile } from 'node:fs/promises'
import { encodeJson, type Store } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import { Project } from '../../../schemas/project.ts'
import { ReportData } from '../../../schemas/report.ts'
import { Run, type RunState, type RunVersion } from '../../../schemas/run.ts'
import { avatarLabels, reportOfPaintings } from '../factory/report/reportOfPaintings.ts'

const seeds = new URL('../../../models/avatars/seeds/', import.meta.url)

/** A painted image and its label map, which stand in for a generated pair: real PNG files. */
export const pngs = {
  image: new Uint8Array(await readFile(new URL('100.png', seeds))),
  labels: new Uint8Array(await readFile(new URL('100.labels.png', seeds))),
}

export const avatars: Project = Project.parse({
  schemaVersion: 1,
  id: 'avatars',
  platform: 'local',
  generator: { name: 'avatars', kind: 'stylegan2', resolution: 128, latentLength: 64, sha256: 'a'.repeat(64) },
  labelList: avatarLabels,
  settings: { labeler: 'student', labelWidth: 128, labelHeight: 128 },
  createdAt: '2026-11-30T12:00:00.000Z',
})

export const runOf = (version: RunVersion, state: RunState): Run => ({
  schemaVersion: 1,
  version,
  state,
  inputs: 'b'.repeat(64),
  createdAt: '2026-11-30T12:00:00.000Z',
  phases: [],
})

/** Adds a project with one run for each state given. */
export async function addProject(store: Store, project: Project, states: readonly RunState[]): Promise<void> {
  const keys = projectKeys(project.platform, project.id)
  await store.create(keys.project, encodeJson(keys.project, Project, project))
  for (const [index, state] of states.entries()) {
    const version = `sixteen-v${index + 1}`
    const key = keys.run(version).run
    await store.create(key, encodeJson(key, Run, runOf(version, state)))
  }
}

/** One project: run 1 is done, with a report and one labelled image; run 2 is under way. */
export async function storeOfRuns(): Promise<Store> {
  const store = openMemoryStore()
  await addProject(store, avatars, ['done', 'training'])
  const run = projectKeys('local', 'avatars').run('sixteen-v1')
  await store.create(run.report, encodeJson(run.report, ReportData, await reportOfPaintings(seeds, [100, 101])))
  await store.create(run.image('avatars-s1000-t0.7'), pngs.image)
  await store.create(run.labelMap('avatars-s1000-t0.7'), pngs.labels)
  return store
}
