import { Listr, PRESET_TIMER } from 'listr2'
import type { JobProgress } from '../functions/local.ts'
import { createMeter, formatSeconds } from './progress.ts'

/**
 * Does one thing on the terminal, with a bar, a rate and the time left.
 * @param quiet shows nothing, for machine-readable output
 */
export async function withTask<Result>(
  title: string,
  quiet: boolean,
  work: (onProgress: (progress: JobProgress) => void) => Promise<Result>,
): Promise<Result> {
  if (quiet) return work(() => undefined)
  const live = process.stdout.isTTY === true
  const meter = createMeter()
  const shown: { output?: (text: string) => void } = {}
  const working = work((progress) => {
    const text = meter(progress)
    if (live && text !== undefined) shown.output?.(text)
  })
  const display = new Listr(
    [
      {
        title,
        task: async (_, task) => {
          shown.output = (text) => {
            task.output = text
          }
          await working
        },
      },
    ],
    {
      exitOnError: true,
      renderer: live ? 'default' : 'simple',
      registerSignalListeners: false,
      rendererOptions: live ? { showErrorMessage: false, timer: { ...PRESET_TIMER, field: formatSeconds } } : {},
    },
  )
  const [ended] = await Promise.allSettled([working, display.run()])
  if (ended.status === 'rejected') throw ended.reason
  return ended.value
}
