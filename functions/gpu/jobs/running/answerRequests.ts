import { availableParallelism } from 'node:os'
import type { PublishingPlace } from '../../../publishing/place.ts'
import { openEngine } from '../../onnx/engine.ts'
import { predictRequested } from '../predictRequested.ts'
import type { SeedsOptions } from './recordedSeeds.ts'

/** Labels the images of tasks that wait for it. @throws as `predictRequested` does */
export async function answerRequests(
  { device, threads }: Pick<SeedsOptions, 'device' | 'threads'>,
  place: PublishingPlace,
): Promise<void> {
  const engine = openEngine({ device, threads: threads ?? availableParallelism() })
  try {
    await predictRequested(place, engine)
  } finally {
    await engine.close()
  }
}
