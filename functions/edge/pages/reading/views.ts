/** What pages know of a project: its records, as far as they are there. */
import type { Queue, QueueDepth } from '../../../../integrations/queue/index.ts'
import { getJson, InvalidRecordError, type Store } from '../../../../integrations/storage/index.ts'
import { type ProjectKeys, projectKeys } from '../../../../integrations/storage/keys.ts'
import { Evaluation } from '../../../../schemas/evaluation.ts'
import { Project } from '../../../../schemas/project.ts'
import { ProjectState, RunProgress, Serving } from '../../../../schemas/projectState.ts'
import { Run, runVersion } from '../../../../schemas/run.ts'
import { RunManifest } from '../../../../schemas/runManifest.ts'
import { SeedList } from '../../../../schemas/seedList.ts'
import { nameOf } from '../../../projectNames.ts'
import { createDigests } from '../../digests.ts'
import type { ProjectPath } from '../../paths.ts'
import { digestManifest, type ManifestDigest, ReportDigest } from './runFacts.ts'

export interface RunView {
  readonly run: Run
  /** Of the newest run only. */
  readonly progress: RunProgress | undefined
}

export interface RunDetails extends RunView {
  readonly manifest: ManifestDigest | undefined
  readonly evaluation: Evaluation | undefined
  readonly report: ReportDigest | undefined
}

/** Every record may be absent; one of project and state is there. */
export interface ProjectView<R extends RunView = RunView> {
  readonly path: ProjectPath
  /** As addresses of pages name it. */
  readonly name: string
  readonly title: string
  readonly project: Project | undefined
  readonly state: ProjectState | undefined
  readonly serving: Serving | undefined
  readonly seeds: SeedList | undefined
  /** Oldest first. */
  readonly runs: readonly R[]
  /** Of all projects. */
  readonly queue: QueueDepth
  /** Keys of records that are there, but cannot be read. */
  readonly damaged: readonly string[]
}

export type ProjectDetails = ProjectView<RunDetails>

export interface Views {
  /** A project with little of its runs; undefined where there is no such project. @throws StorageError, QueueError */
  overview(path: ProjectPath): Promise<ProjectView | undefined>
  /** All that a project's page shows. @throws StorageError, QueueError */
  details(path: ProjectPath): Promise<ProjectDetails | undefined>
}

/** Runs are counted from 1 without gaps, save where a person removed some: so many in a row are taken for the end. */
const probedAtOnce = 8
const remembered = 64

type StoredRun = { readonly value: Run; readonly etag: string }

export function createViews(store: Store, queue: Pick<Queue, 'depth'>): Views {
  const manifestOf = createDigests(store, { schema: RunManifest, digest: digestManifest, capacity: remembered })
  const evaluationOf = createDigests(store, { schema: Evaluation, digest: (value) => value, capacity: remembered })
  const reportOf = createDigests(store, { schema: ReportDigest, digest: (value) => value, capacity: remembered })

  const read = async (path: ProjectPath) => {
    const keys = projectKeys(path.platform, path.id)
    const damage = new Set<string>()
    const readable = readableOnly(damage)
    const [project, state, serving, seeds, runs, depth] = await Promise.all([
      readable(getJson(store, keys.project, Project)),
      readable(getJson(store, keys.state, ProjectState)),
      readable(getJson(store, keys.serving, Serving)),
      readable(getJson(store, keys.seeds, SeedList)),
      readRuns(store, keys, readable),
      queue.depth(),
    ])
    if (project === undefined && state === undefined && damage.size === 0) return undefined
    const newest = runs.at(-1)?.value.version
    const progress =
      newest === undefined ? undefined : await readable(getJson(store, keys.run(newest).progress, RunProgress))
    const view = {
      path,
      name: nameOf(path),
      title: state?.value.title || path.id,
      project: project?.value,
      state: state?.value,
      serving: serving?.value,
      seeds: seeds?.value,
      queue: depth,
    }
    return {
      keys,
      damage,
      readable,
      runs,
      view,
      progressOf: (run: Run) => (run.version === newest ? progress?.value : undefined),
    }
  }

  return {
    async overview(path) {
      const found = await read(path)
      if (found === undefined) return undefined
      const runs = found.runs.map(({ value: run }) => ({ run, progress: found.progressOf(run) }))
      return { ...found.view, runs, damaged: [...found.damage] }
    },

    async details(path) {
      const found = await read(path)
      if (found === undefined) return undefined
      const { keys, damage, readable } = found
      const details = async ({ value: run, etag }: StoredRun): Promise<RunDetails> => {
        const ofRun = keys.run(run.version)
        // A run that is done writes nothing more, unless its record says that it goes on.
        const witness = run.state === 'done' ? etag : undefined
        const [manifest, evaluation, report] = await Promise.all([
          readable(manifestOf(ofRun.manifest, witness)),
          readable(evaluationOf(ofRun.evaluation, witness)),
          readable(reportOf(ofRun.report, witness)),
        ])
        return { run, progress: found.progressOf(run), manifest, evaluation, report }
      }
      const runs = await Promise.all(found.runs.map(details))
      return { ...found.view, runs, damaged: [...damage] }
    },
  }
}

type Readable = <T>(reading: Promise<T | undefined>) => Promise<T | undefined>

/** One damaged record must not hide the others: it counts as absent, and is named. */
const readableOnly =
  (damage: Set<string>): Readable =>
  async (reading) => {
    try {
      return await reading
    } catch (error) {
      if (!(error instanceof InvalidRecordError)) throw error
      damage.add(error.key ?? 'a record')
      return undefined
    }
  }

/** Asks for one record after the other: to list a project's runs would list all of their images. */
async function readRuns(store: Store, keys: ProjectKeys, readable: Readable): Promise<readonly StoredRun[]> {
  const runs: StoredRun[] = []
  for (let first = 1; ; first += probedAtOnce) {
    const numbers = Array.from({ length: probedAtOnce }, (_, index) => first + index)
    const found = await Promise.all(
      numbers.map((number) => readable(getJson(store, keys.run(runVersion(number)).run, Run))),
    )
    const there = found.flatMap((run) => run ?? [])
    if (there.length === 0) return runs
    runs.push(...there)
  }
}
