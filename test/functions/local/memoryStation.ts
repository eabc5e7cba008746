/** A station on a store, a queue and a platform in memory, with trainings that take a second. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import {
  describeGenerator,
  embeddedGenerator,
  readEmbeddedGenerator,
} from '../../../functions/gpu/jobs/generatorWeights.ts'
import { openStation, type Station, type StationOptions } from '../../../functions/local/station.ts'
import { eventMessage } from '../../../functions/reactor/events.ts'
import { decodeLabelMap } from '../../../integrations/images/index.ts'
import { packageFile } from '../../../integrations/packageFiles.ts'
import { type MemoryPlatform, openMemoryPlatform } from '../../../integrations/platform/memory.ts'
import type { Queue } from '../../../integrations/queue/index.ts'
import { openMemoryQueue } from '../../../integrations/queue/memory.ts'
import { createJson, getJson, MissingError, type Store } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import { Event } from '../../../schemas/event.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import { LabelList } from '../../../schemas/labels.ts'
import type { LifeSettings } from '../../../schemas/lifeSettings.ts'
import { Project, type ProjectSettings } from '../../../schemas/project.ts'
import { ProjectState } from '../../../schemas/projectState.ts'
import { tinyEvaluation, tinyTuning } from '../tinyProject.ts'

export const projectId = '1'
export const keys = projectKeys('label-studio', projectId)

/** What the shipped seeds are painted with. */
export const avatarLabels = LabelList.parse(
  JSON.parse(await readFile(packageFile('models/avatars/seeds/labels.json'), 'utf8')),
)

/** The shipped painting of a seed. */
export async function paintingOf(seed: number): Promise<LabelMap> {
  return decodeLabelMap(await readFile(packageFile(`models/avatars/seeds/${seed}.labels.png`)))
}

/** A project that is small and impatient. */
export async function tinyPlatformProject(
  life: Partial<LifeSettings> = {},
  settings: Partial<ProjectSettings> = {},
): Promise<Project> {
  return Project.parse({
    schemaVersion: 1,
    id: projectId,
    platform: 'label-studio',
    generator: describeGenerator(embeddedGenerator, await readEmbeddedGenerator()),
    labelList: avatarLabels,
    settings: {
      labeler: 'student',
      members: 2,
      samplesPerRun: 10,
      shardSize: 5,
      truncation: avatarLabels.truncation,
      labelWidth: 128,
      labelHeight: 128,
      ...settings,
    },
    life: {
      seedCount: 3,
      debounceSeconds: 0,
      publishShare: 0.5,
      retrainAfter: 1,
      seedPool: { from: 100, size: 3 },
      ...life,
    },
    createdAt: '2030-01-01T00:00:00.000Z',
  })
}

export interface World {
  readonly store: Store
  readonly platform: MemoryPlatform
  /** Opens a station on this world; one at a time. */
  open(options?: Partial<StationOptions>): Station
  send(kind: Event['kind'], more?: Partial<Event>): Promise<void>
  /** Resolves when the log says so. */
  said(text: string | RegExp): Promise<void>
  /** Does something, and waits until the work that follows from it has ended. */
  doing(work: string, action: () => Promise<void>): Promise<void>
  /** Does something, and waits until every event is dealt with, those that it led to included. */
  looked(action: () => Promise<void>): Promise<void>
  state(): Promise<ProjectState>
}

/** A world with one project, whose station is not open yet. */
export async function makeWorld(project: Project): Promise<World> {
  const store = openMemoryStore()
  await createJson(store, keys.project, Project, project)
  const platform = openMemoryPlatform()
  platform.addProject({
    id: projectId,
    labels: project.labelList.parts.map(({ name, color }) => ({ name, color })),
  })
  const messages = openMemoryQueue()
  const queue: Queue = {
    ...messages,
    async receive(options) {
      const delivery = await messages.receive(options)
      return (
        delivery && {
          ...delivery,
          async done() {
            await delivery.done()
            if ((await messages.depth()).messages === 0) say({}, 'every event is dealt with')
          },
        }
      )
    },
  }
  const listeners = new Set<(line: string) => void>()
  const say = (fields: object, message: string): void => {
    const line = `${message} ${JSON.stringify(fields)}`
    for (const listener of listeners) listener(line)
  }
  const said = (text: string | RegExp): Promise<void> =>
    new Promise((resolve) => {
      const listener = (line: string): void => {
        if (line.search(text) < 0) return
        listeners.delete(listener)
        resolve()
      }
      listeners.add(listener)
    })
  return {
    store,
    platform,
    open: (options = {}) =>
      openStation({
        store,
        queue,
        platformOf: () => platform,
        defaultGenerator: async () => project.generator,
        device: 'cpu',
        threads: 2,
        tuning: tinyTuning,
        evaluation: tinyEvaluation,
        times: { leaseSeconds: 2, settleSeconds: 0, patienceSeconds: 60 },
        reconcileSeconds: 3600,
        now: () => new Date(),
        wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
        newId: randomUUID,
        log: { info: say, warn: say, error: say },
        ...options,
      }),
    async send(kind, more = {}) {
      const at = new Date().toISOString()
      const event = { id: randomUUID(), platform: 'label-studio', project: projectId, kind, at, ...more }
      await queue.send(eventMessage(Event.parse(event)))
    },
    said,
    async doing(work, action) {
      const ended = said(new RegExp(`^work (is done|failed|was stopped).*"work":"${work}"`))
      await action()
      await ended
    },
    async looked(action) {
      const seen = said('every event is dealt with')
      await action()
      await seen
    },
    async state() {
      const state = await getJson(store, keys.state, ProjectState)
      if (state === undefined) throw new MissingError(keys.state)
      return state.value
    },
  }
}
