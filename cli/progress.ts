import { Listr, type ListrTask, PRESET_TIMER } from 'listr2'
import { createDeferred } from '../functions/deferred.ts'
import { type JobProgress, type LocalRunOptions, type LocalRunResult, runLocally } from '../functions/local.ts'
import type { PhaseName } from '../schemas/run.ts'

const titles: Readonly<Record<PhaseName, string>> = {
  train: 'Train the interpreter',
  distil: 'Distil the student',
  generate: 'Generate labelled images',
  curate: 'Drop the uncertain ones',
  publish: 'Publish to the annotation platform',
  segment: 'Train the segmenter',
  evaluate: 'Evaluate',
  report: 'Write the report',
}

/** Milliseconds between two pictures of a progress bar. */
const frame = 100

/**
 * Runs with a list of phases on the terminal, the present one with a bar, a rate and the time left.
 * @param quiet shows nothing, for machine-readable output
 */
export async function runWithProgress(
  options: LocalRunOptions & { readonly phases: readonly PhaseName[] },
  quiet: boolean,
): Promise<LocalRunResult> {
  if (quiet) return runLocally(options)
  const ends = new Map(options.phases.map((phase) => [phase, createDeferred<void>()]))
  const outputs = new Map<PhaseName, (text: string) => void>()
  const result = createDeferred<LocalRunResult>()
  const live = process.stdout.isTTY === true
  const meter = createMeter()
  const tasks = options.phases.map(
    (phase): ListrTask => ({
      title: titles[phase],
      task: async (_, task) => {
        outputs.set(phase, (text) => {
          task.output = text
        })
        await ends.get(phase)?.promise
      },
    }),
  )
  runLocally({
    ...options,
    onPhase: (phase, state) => {
      if (state === 'end') ends.get(phase)?.resolve()
    },
    onProgress: (progress) => {
      const text = meter(progress)
      if (live && text !== undefined) outputs.get(progress.phase)?.(text)
    },
  }).then(result.resolve, (error: unknown) => {
    result.reject(error)
    for (const end of ends.values()) end.reject(error)
  })
  result.promise.catch(() => {})
  for (const end of ends.values()) end.promise.catch(() => {})
  const display = new Listr(tasks, {
    concurrent: false,
    exitOnError: true,
    renderer: live ? 'default' : 'simple',
    registerSignalListeners: false,
    rendererOptions: live ? { showErrorMessage: false, timer: { ...PRESET_TIMER, field: formatSeconds } } : {},
  })
  // The list fails with the run, whose own error is the one to pass on.
  const [ended] = await Promise.allSettled([result.promise, display.run()])
  if (ended.status === 'rejected') throw ended.reason
  return ended.value
}

/** A bar for each report of progress, at most one per frame; a new task starts a new clock. */
export function createMeter(): (progress: JobProgress) => string | undefined {
  const state = { task: '', start: 0, first: 0, shown: 0 }
  return (progress) => {
    const now = performance.now()
    if (progress.task !== state.task) Object.assign(state, { task: progress.task, start: now, first: progress.done })
    else if (now - state.shown < frame && progress.done < progress.total) return undefined
    state.shown = now
    return formatProgress(progress, (now - state.start) / 1000, state.first)
  }
}

const barWidth = 24

/** `generating labelled images ████████░░░░ 230/500 images · 35/s · 8 s left`. @param first done when the clock started */
export function formatProgress({ task, done, total, unit, loss }: JobProgress, seconds: number, first = 0): string {
  const filled = total === 0 ? barWidth : Math.round((barWidth * done) / total)
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
  const rate = seconds > 0 ? (done - first) / seconds : 0
  const facts = [`${done}/${total} ${unit}`]
  if (rate > 0) facts.push(`${rate < 10 ? rate.toFixed(1) : rate.toFixed(0)}/s`)
  if (rate > 0 && done < total) facts.push(`${((total - done) / rate).toFixed(0)} s left`)
  if (loss !== undefined) facts.push(`loss ${loss.toFixed(3)}`)
  return `${task} ${bar} ${facts.join(' · ')}`
}

export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
