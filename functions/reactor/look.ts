/** One look at a project: reads the truth from the platform, asks the factory what comes next, and begins it. */

import type { PlatformTask } from '../../integrations/platform/index.ts'
import { getJson } from '../../integrations/storage/index.ts'
import type { LabelList } from '../../schemas/labels.ts'
import type { Notice } from '../../schemas/notice.ts'
import type { Project } from '../../schemas/project.ts'
import { ProjectState, TrainRequest } from '../../schemas/projectState.ts'
import type { Run } from '../../schemas/run.ts'
import { SeedList } from '../../schemas/seedList.ts'
import { countChanges } from '../factory/life/changes.ts'
import { type Decision, decide } from '../factory/life/nextStep.ts'
import { runInputs } from '../factory/runInputs.ts'
import { isActive } from '../factory/runRecord.ts'
import { listRuns, openRun } from '../runs.ts'
import type { ReactorPlace } from './context.ts'
import { orderRefused } from './noteTrouble.ts'
import { adoptLabels, openProject } from './openProject.ts'
import { type Paintings, readPaintings } from './readPaintings.ts'
import { repairShown } from './repairShown.ts'
import { wantSeeds } from './wantSeeds.ts'
import { writePaintings } from './writePaintings.ts'
import { writeState } from './writeState.ts'

const noLabels =
  'Nothing in the label configuration can be painted: add an image and brush, polygon or bitmask labels to it.'

/**
 * Looks at a project and begins what comes next. Safe to be done at any time, and again.
 * @param refusals why orders that came just before were refused; where none came, those of earlier ones stay
 * @returns seconds after which to look again though nothing happened; undefined where only an event changes anything
 * @throws PlatformError, StorageError
 */
export async function look(place: ReactorPlace, refusals?: readonly Notice[] | undefined): Promise<number | undefined> {
  const { store, keys, platform, project: id, log } = place
  const seen = await platform.readProject(id)
  const opened = await openProject(place, seen)
  if (opened.project === undefined) {
    log.warn({ project: keys.root, notices: opened.notices.map(({ code }) => code) }, obstacleOf(opened.notices))
    return undefined
  }
  const { project, notices } = opened
  const labelList = opened.labelList ?? project.labelList
  const tasks = await collect(platform.listTasks(id))
  const paintings = await readPaintings(place, project, labelList)
  const runs = await listRuns(store, keys)
  const request = await getJson(store, keys.trainRequest, TrainRequest)
  const counts = countPaintings(tasks, paintings)
  const { inputs } = runInputs({ ...project, labelList }, paintings.painted)
  // What was painted may be as it was before: then a run of that time says all there is to say.
  const run = runs.findLast(isActive) ?? runs.findLast((other) => other.inputs === inputs) ?? runs.at(-1)
  const changes = countChanges(run?.paintings ?? [], paintings.painted)
  const decision = decide({
    life: project.life,
    obstacle: opened.labelList === undefined ? obstacleOf(notices) : undefined,
    seeds: counts.seeds,
    corrected: counts.corrected,
    changes,
    unchanged: inputs === run?.inputs,
    run,
    requested: request !== undefined,
    newestPaintingAt: paintings.newestAt,
    now: place.now(),
  })
  const shownNotice = await repairShown(place, seen.shown, run)
  const failure = (await getJson(store, keys.seeds, SeedList))?.value.failure
  await writeState(place, {
    seen,
    decision,
    paintings,
    changes,
    ...counts,
    wantedSeeds: project.life.seedCount,
    notices: [
      ...notices,
      ...shownNotice,
      ...(refusals ?? (await earlierRefusals(place))),
      ...(failure === undefined ? [] : [seedsFailed(failure)]),
    ],
  })
  await carryOut(place, { project, labelList, tasks, paintings, run }, decision)
  if (decision.requestAnswered) await store.remove(keys.trainRequest)
  log.info({ project: keys.root, next: decision.next.kind, changes }, 'looked at the project')
  return decision.lookAgainAfter
}

interface Found {
  readonly project: Project
  readonly labelList: LabelList
  readonly tasks: readonly PlatformTask[]
  readonly paintings: Paintings
  readonly run: Run | undefined
}

async function carryOut(place: ReactorPlace, found: Found, decision: Decision): Promise<void> {
  const { store, keys, workflow, platform, project: id, now, log } = place
  const of = { platform: platform.name, project: id }
  const { run, paintings } = found
  if (run !== undefined && isActive(run)) {
    // Under way already, unless the process that worked on it is gone.
    if (await workflow.start({ ...of, kind: 'run', version: run.version }))
      log.info({ project: keys.root, run: run.version }, 'the run goes on')
  }
  if (decision.beginRun) {
    const project = await adoptLabels(place, found.labelList)
    await writePaintings(place, paintings.painted)
    const version = await openRun(store, keys, runInputs(project, paintings.painted), now)
    await workflow.start({ ...of, kind: 'run', version })
    log.info({ project: keys.root, run: version, paintings: paintings.painted.length }, 'a run begins')
  }
  const list = await wantSeeds(store, keys, decision.wantedSeeds)
  const shown = new Set(found.tasks.map(({ sample }) => sample))
  const missing = list.chosen.filter(({ sample }) => !shown.has(sample)).length
  if (list.chosen.length < list.wanted || missing > 0) {
    if (await workflow.start({ ...of, kind: 'seeds' }))
      log.info({ project: keys.root, wanted: list.wanted, shown: list.chosen.length - missing }, 'seeds are being made')
  }
}

function countPaintings(tasks: readonly PlatformTask[], { painted, skippedSeeds }: Paintings) {
  const paintedSeeds = painted.filter(({ kind }) => kind === 'seed').length
  const published = new Set(tasks.flatMap(({ sample, kind }) => (kind === 'seed' ? sample : []))).size
  return {
    seeds: { published, painted: paintedSeeds, skipped: skippedSeeds },
    corrected: painted.length - paintedSeeds,
  }
}

async function earlierRefusals({ store, keys }: ReactorPlace): Promise<readonly Notice[]> {
  const state = await getJson(store, keys.state, ProjectState).catch(() => undefined)
  return state?.value.notices.filter(({ code }) => code === orderRefused) ?? []
}

function seedsFailed(failure: string): Notice {
  const message = `Seed samples could not be made or shown, and will be tried again: ${failure}`
  return { code: 'seeds-failed', level: 'error', message: message.slice(0, 2000) }
}

function obstacleOf(notices: readonly Notice[]): string {
  return notices.find(({ level }) => level === 'error')?.message ?? noLabels
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
