import { type JobContext, readProject } from './context.ts'
import { trainSegmenter } from './trainSegmenter.ts'

/**
 * Trains the segmenter that the project's settings wish for, on the run's kept images.
 * @param now milliseconds
 * @returns whether there was anything to do: not where none is wished for, or the one that is there was made from the same
 * @throws what `trainSegmenter` throws
 */
export async function segment(context: JobContext, now: () => number): Promise<boolean> {
  const { settings } = await readProject(context)
  if (settings.segmenter === undefined) return false
  return (await trainSegmenter(context, { wish: settings.segmenter }, now)).worked
}
