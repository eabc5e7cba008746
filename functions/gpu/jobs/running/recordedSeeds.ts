import { updateJson } from '../../../../integrations/storage/index.ts'
import { SeedList } from '../../../../schemas/seedList.ts'
import type { PublishingPlace } from '../../../publishing/place.ts'
import type { Device } from '../../onnx/device.ts'
import { openEngine } from '../../onnx/engine.ts'
import { type SeedsContext, seeds } from '../seeds.ts'

export interface SeedsOptions {
  readonly device: Device
  /** Default: all cores. */
  readonly threads?: number | undefined
  readonly draft?: SeedsContext['draft']
}

/** Makes and shows seed samples; the seed list says what went wrong the last time. @throws the same */
export async function makeSeeds({ device, threads, draft }: SeedsOptions, place: PublishingPlace): Promise<void> {
  const engine = openEngine({ device, threads })
  const { store, keys } = place
  const recordFailure = (failure: string | undefined): Promise<unknown> =>
    updateJson(store, keys.seeds, SeedList, ({ failure: _, ...list }) =>
      failure === undefined ? list : { ...list, failure },
    )
  try {
    await seeds({ ...place, engine, draft })
    await recordFailure(undefined)
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    // What went wrong counts, not that a full disk does not take the record of it either.
    if (!place.signal?.aborted) await recordFailure(failure).catch(() => undefined)
    throw error
  } finally {
    await engine.close()
  }
}
