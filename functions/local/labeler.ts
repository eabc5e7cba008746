/** Labels images while somebody waits, on this machine. */
import type { AnnotationPlatform } from '../../integrations/platform/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import type { Platform } from '../../schemas/project.ts'
import type { Labeler, LabelRequest } from '../edge/labeler.ts'
import { labelTasks } from '../gpu/jobs/labelTasks.ts'
import { openPredictor, type Predictor } from '../gpu/jobs/predict.ts'
import type { Device } from '../gpu/onnx/device.ts'
import { type Engine, openEngine } from '../gpu/onnx/engine.ts'
import { inTime } from './inTime.ts'

/** Segmenters that stay loaded. */
const capacity = 2

export interface LabelerOptions {
  readonly store: Store
  readonly platformOf: (name: Platform) => AnnotationPlatform | undefined
  readonly device: Device
  /** Default: all cores. */
  readonly threads?: number | undefined
}

export interface LocalLabeler extends Labeler {
  close(): Promise<void>
}

/** A segmenter that is loaded, and who uses it. */
interface Loaded {
  readonly predictor: Promise<Predictor>
  users: number
  /** Another took its place: it goes when nobody uses it. */
  isReplaced: boolean
}

/** Nothing is loaded before the first image. */
export function openLabeler({ store, platformOf, device, threads }: LabelerOptions): LocalLabeler {
  const loaded = new Map<string, Loaded>()
  let engine: Engine | undefined

  const letGo = async (entry: Loaded): Promise<void> => {
    if (!entry.isReplaced || entry.users > 0) return
    await entry.predictor.then((predictor) => predictor.release()).catch(() => undefined)
  }
  const replace = async (name: string): Promise<void> => {
    const entry = loaded.get(name)
    loaded.delete(name)
    if (entry === undefined) return
    entry.isReplaced = true
    await letGo(entry)
  }
  /** A segmenter that was trained again under the same name is another one. */
  const take = async ({ platform, project, version }: LabelRequest): Promise<Loaded | undefined> => {
    const run = projectKeys(platform, project).run(version)
    const record = await store.head(run.segmenterRecord)
    if (record === undefined) return undefined
    const name = `${run.segmenterRecord} ${record.etag}`
    engine ??= openEngine({ device, threads })
    const there = loaded.get(name)
    const entry = there ?? { predictor: openPredictor({ store, run, version, engine }), users: 0, isReplaced: false }
    // Whoever waits for it hears of it; it may fail before anybody does.
    entry.predictor.catch(() => undefined)
    entry.users += 1
    loaded.delete(name)
    loaded.set(name, entry)
    const [oldest] = loaded.keys()
    if (loaded.size > capacity && oldest !== undefined) await replace(oldest)
    return entry
  }

  /** What could not be loaded is tried again by the next request. */
  const forget = (entry: Loaded, error: unknown): never => {
    for (const [name, other] of loaded) if (other === entry) loaded.delete(name)
    throw error
  }

  return {
    async *label(request) {
      const { platform: name, project, tasks, signal } = request
      const platform = platformOf(name)
      const entry = platform === undefined ? undefined : await take(request)
      if (platform === undefined || entry === undefined) return
      try {
        const loading = entry.predictor.catch((error: unknown) => forget(entry, error))
        const predictor = await inTime(signal, loading)
        const parts = predictor.record.parts.map((part) => part.name)
        const others = await inTime(signal, platform.listOtherTasks(project, tasks))
        for await (const item of labelTasks(predictor, platform, project, others, signal))
          yield 'labelMap' in item ? { ...item, parts } : item
      } finally {
        entry.users -= 1
        await letGo(entry)
      }
    },
    async close() {
      for (const key of [...loaded.keys()]) await replace(key)
      await engine?.close()
    },
  }
}
