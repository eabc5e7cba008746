import { encodeJson, overwrite, type Store } from '../../../../integrations/storage/index.ts'
import { Evaluation } from '../../../../schemas/evaluation.ts'
import { Project } from '../../../../schemas/project.ts'
import { ProjectState, RunProgress, Serving } from '../../../../schemas/projectState.ts'
import { ReportData } from '../../../../schemas/report.ts'
import { Run } from '../../../../schemas/run.ts'
import { RunManifest } from '../../../../schemas/runManifest.ts'
import { SeedList } from '../../../../schemas/seedList.ts'
import { keysOf, projectOf } from './records.ts'

/** Puts records into a store, in the place of those that are there. */
export function writer(store: Store) {
  const put = async <T>(key: string, schema: Parameters<typeof encodeJson<T>>[1], value: T): Promise<void> => {
    await overwrite(store, key, encodeJson(key, schema, value))
  }
  return {
    project: (id: string) => put(keysOf(id).project, Project, projectOf(id)),
    state: (id: string, state: ProjectState) => put(keysOf(id).state, ProjectState, state),
    serving: (id: string, version: string, chosen = false) =>
      put(keysOf(id).serving, Serving, { schemaVersion: 1, version, chosen }),
    seeds: (id: string, spread: number, doubtful: number) =>
      put(keysOf(id).seeds, SeedList, {
        schemaVersion: 1,
        wanted: spread + doubtful,
        chosen: Array.from({ length: spread + doubtful }, (_, index) => ({
          sample: `avatars-s${index}-t0.7`,
          reason: index < spread ? ('spread' as const) : ('disagreement' as const),
        })),
      }),
    run: (id: string, run: Run) => put(keysOf(id).run(run.version).run, Run, run),
    progress: (id: string, progress: Omit<RunProgress, 'schemaVersion'>) =>
      put(keysOf(id).run(progress.version).progress, RunProgress, { schemaVersion: 1, ...progress }),
    manifest: (id: string, manifest: RunManifest) => put(keysOf(id).run(manifest.run).manifest, RunManifest, manifest),
    evaluation: (id: string, evaluation: Evaluation) =>
      put(keysOf(id).run(evaluation.run).evaluation, Evaluation, evaluation),
    report: (id: string, report: ReportData) => put(keysOf(id).run(report.version).report, ReportData, report),
  }
}
