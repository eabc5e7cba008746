import type { Store } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import type { Platform } from '../../schemas/project.ts'
import type { RunVersion } from '../../schemas/run.ts'
import { makeAgain, type SampleAgain } from '../gpu/jobs/again.ts'
import { type JobProgress, readProject } from '../gpu/jobs/context.ts'
import { hasSmallImages } from '../gpu/jobs/running/generateAll.ts'
import type { Device } from '../gpu/onnx/device.ts'
import { openEngine } from '../gpu/onnx/engine.ts'

export interface AgainOptions {
  readonly store: Store
  readonly platform: Platform
  readonly project: string
  readonly version: RunVersion
  readonly seeds: readonly number[]
  readonly device: Device
  /** Default: all cores. */
  readonly threads?: number
  readonly onProgress?: (progress: JobProgress) => void
  readonly signal?: AbortSignal
}

/** Makes images of a run again: see `makeAgain`. */
export async function* againLocally(options: AgainOptions): AsyncGenerator<SampleAgain> {
  const { store, version, device, onProgress, signal } = options
  const keys = projectKeys(options.platform, options.project)
  const project = await readProject({ store, keys })
  const threads = hasSmallImages(project, { device }) ? 1 : options.threads
  const engine = openEngine({ device, threads })
  try {
    yield* makeAgain({ store, keys, run: keys.run(version), version, engine, onProgress, signal }, options.seeds)
  } finally {
    await engine.close()
  }
}
