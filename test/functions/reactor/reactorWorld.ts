/** What the reactor works with, in memory: the workflow only notes what is started. */
import type { ReactorContext, ReactorPlace } from '../../../functions/reactor/context.ts'
import { eventMessage } from '../../../functions/reactor/events.ts'
import { carryOutOrder } from '../../../functions/reactor/orders.ts'
import { listRuns } from '../../../functions/runs.ts'
import { type MemoryLabels, type MemoryPlatform, openMemoryPlatform } from '../../../integrations/platform/memory.ts'
import { createJson, getJson, type Store, updateJson } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import type { Work, Workflow } from '../../../integrations/workflow/index.ts'
import { Event } from '../../../schemas/event.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { LifeSettings } from '../../../schemas/lifeSettings.ts'
import { type Generator, Project } from '../../../schemas/project.ts'
import { ProjectState, Serving } from '../../../schemas/projectState.ts'
import { Run, type RunState } from '../../../schemas/run.ts'

export const projectId = '1'
export const keys = projectKeys('label-studio', projectId)
export const now = new Date('2030-01-01T12:00:00.000Z')

export const generator: Generator = {
  name: 'avatars',
  kind: 'stylegan2',
  resolution: 4,
  latentLength: 8,
  sha256: 'a'.repeat(64),
}

/** A project whose label maps have two pixels, and that begins runs after two paintings without a pause. */
export function tinyProject(life: Partial<LifeSettings> = {}): Project {
  return Project.parse({
    schemaVersion: 1,
    id: projectId,
    platform: 'label-studio',
    generator,
    labelList: {
      parts: ['background', 'Hair', 'Eye'].map((name, id) => ({ id, name, color: '#000000' })),
      truncation: 0.7,
    },
    settings: { labeler: 'student', labelWidth: 2, labelHeight: 1 },
    life: { seedCount: 2, retrainAfter: 1, debounceSeconds: 0, ...life },
    createdAt: now.toISOString(),
  })
}

export const pixels = (...ids: readonly number[]): LabelMap => ({
  width: ids.length,
  height: 1,
  data: Uint8Array.from(ids),
})
export const sampleOf = (seed: number): string => `avatars-s${seed}-t0.7`

export interface ReactorWorld {
  readonly store: Store
  readonly platform: MemoryPlatform
  readonly place: ReactorPlace
  /** What the workflow was told to start, and what of it is under way: `seeds`, `sixteen-v1`. */
  readonly started: string[]
  readonly underWay: Set<string>
  /** `warn: tried again later …` */
  readonly lines: string[]
  /** Adds a task that shows a sample. @returns its id */
  show(sample: string, kind?: 'seed' | 'generated'): Promise<string>
  paint(task: string, ids: readonly number[], more?: Partial<Parameters<MemoryPlatform['annotate']>[0]>): string
  body(kind: Event['kind'], more?: Partial<Event>): string
  setProject(project: Project): Promise<void>
  setRun(version: string, state: RunState): Promise<void>
  state(): Promise<ProjectState | undefined>
  project(): Promise<Project | undefined>
  serving(): Promise<Serving | undefined>
}

export const labels: MemoryLabels = ['Hair', 'Eye'].map((name) => ({ name, color: '#000000' }))

export function reactorWorld(more: Partial<ReactorContext> = {}): ReactorWorld {
  const store = openMemoryStore()
  const platform = openMemoryPlatform()
  platform.addProject({ id: projectId, labels: [{ name: 'background', color: '#000000' }, ...labels] })
  const started: string[] = []
  const underWay = new Set<string>()
  const nameOf = (work: Work): string => (work.kind === 'run' ? work.version : work.kind)
  const workflow: Workflow = {
    async start(work) {
      if (underWay.has(nameOf(work))) return false
      underWay.add(nameOf(work))
      started.push(nameOf(work))
      return true
    },
    stop: async (work) => underWay.delete(nameOf(work)),
    isActive: async (work) => underWay.has(nameOf(work)),
  }
  const lines: string[] = []
  const note = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level}: ${message} ${JSON.stringify(fields)}`)
  let ids = 0
  const newId = (): string => `id${++ids}`
  const place: ReactorPlace = {
    store,
    workflow,
    keys,
    platform,
    project: projectId,
    platformOf: (name) => (name === 'label-studio' ? platform : undefined),
    defaultGenerator: async () => generator,
    times: { leaseSeconds: 1, settleSeconds: 0, patienceSeconds: 60 },
    now: () => now,
    wait: async () => undefined,
    newId,
    log: { info: note('info'), warn: note('warn'), error: note('error') },
    ...more,
  }
  const form = { parts: ['background', 'Hair', 'Eye'], width: 2, height: 1 }
  return {
    store,
    platform,
    place,
    started,
    underWay,
    lines,
    async show(sample, kind = 'seed') {
      await platform.importTasks(projectId, form, [{ sample, kind, image: Uint8Array.of() }])
      return platform.tasks(projectId).at(-1)?.id ?? ''
    },
    paint: (task, painted, annotation = {}) =>
      platform.annotate({
        project: projectId,
        task,
        labelMap: pixels(...painted),
        parts: ['background', 'Hair', 'Eye'],
        by: 'a',
        ...annotation,
      }),
    body: (kind, event = {}) =>
      eventMessage(
        Event.parse({
          id: newId(),
          platform: 'label-studio',
          project: projectId,
          kind,
          at: now.toISOString(),
          ...event,
        }),
      ).body,
    setProject: async (project) => void (await createJson(store, keys.project, Project, project)),
    async setRun(version, state) {
      const error = state === 'failed' ? { error: { message: 'no luck' } } : {}
      await updateJson(store, keys.run(version).run, Run, ({ error: _, ...run }) => ({ ...run, state, ...error }))
      underWay.delete(version)
    },
    state: async () => (await getJson(store, keys.state, ProjectState))?.value,
    project: async () => (await getJson(store, keys.project, Project))?.value,
    serving: async () => (await getJson(store, keys.serving, Serving))?.value,
  }
}

/** A world with its project, two seeds on the platform that the seed list names, and nothing painted. */
export async function worldWithSeeds(life: Partial<LifeSettings> = {}, more: Partial<ReactorContext> = {}) {
  const world = reactorWorld(more)
  await world.setProject(tinyProject(life))
  const tasks = [await world.show(sampleOf(100)), await world.show(sampleOf(101))] as const
  return { ...world, tasks }
}

/** A world whose two seeds are painted. */
export async function worldWithPaintings(...given: Parameters<typeof worldWithSeeds>) {
  const world = await worldWithSeeds(...given)
  world.paint(world.tasks[0], [1, 1], { seconds: 60 })
  const second = world.paint(world.tasks[1], [0, 2], { seconds: 30 })
  const request = async () => carryOutOrder(world.place, Event.parse(JSON.parse(world.body('train'))))
  return { ...world, second, request }
}

/** Version, state and number of paintings of all runs. */
export const runsOf = async ({ store }: Pick<ReactorWorld, 'store'>) =>
  (await listRuns(store, keys)).map(({ version, state, paintings }) => [version, state, paintings?.length])
