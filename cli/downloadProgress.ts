/** What of a download is shown: a bar on a terminal, a line for each tenth elsewhere. */
import type { DownloadProgress } from '../integrations/download/index.ts'

export interface DownloadDisplay {
  progress(progress: DownloadProgress): void
  trouble(message: string, seconds: number): void
  /** Leaves the last picture where it is. */
  end(): void
}

export interface DisplayOptions {
  /** Whether what is written can be written over. */
  readonly live: boolean
  readonly write: (text: string) => void
  /** Milliseconds, from any moment on. */
  readonly now: () => number
}

/** Milliseconds between two pictures of the bar. */
const frame = 100
const barWidth = 24
/** Where the size is not known, a line is written for each of so many bytes. */
const unknownStep = 100_000_000
const overwrite = '\r\u001b[2K'

/** On standard output. @param quiet shows nothing, for machine-readable output */
export function downloadDisplay(quiet: boolean): DownloadDisplay | undefined {
  if (quiet) return undefined
  const write = (text: string): unknown => process.stdout.write(text)
  return showDownload({ live: process.stdout.isTTY === true, write, now: () => performance.now() })
}

export function showDownload({ live, write, now }: DisplayOptions): DownloadDisplay {
  const state = { start: now(), first: -1, shown: Number.NEGATIVE_INFINITY, step: 0, open: false }
  const end = (): void => {
    if (state.open) write('\n')
    state.open = false
  }
  const showBar = (progress: DownloadProgress): void => {
    if (now() - state.shown < frame && progress.done !== progress.total) return
    state.shown = now()
    state.open = true
    write(overwrite + formatDownload(progress, (now() - state.start) / 1000, state.first))
  }
  const showStep = ({ done, total }: DownloadProgress): void => {
    const step = total === undefined ? Math.floor(done / unknownStep) : Math.floor((10 * done) / Math.max(total, 1))
    if (step <= state.step) return
    state.step = step
    write(`Downloaded ${megabytes(done, total)}\n`)
  }
  return {
    progress(progress) {
      // What was there before tells nothing about the rate; a file that begins anew begins a new clock.
      if (state.first < 0 || progress.done < state.first) {
        Object.assign(state, { start: now(), first: progress.done, step: 0 })
        if (!live && progress.done > 0) write(`${megabytes(progress.done, progress.total)} are there already\n`)
      }
      if (live) showBar(progress)
      else showStep(progress)
    },
    trouble(message, seconds) {
      end()
      write(`${message}: again in ${seconds} s\n`)
    },
    end,
  }
}

/** `Downloading ████████░░░░ 120 of 363 MB · 12.1 MB/s · 20 s left`. @param first bytes that were there at the start */
export function formatDownload({ done, total }: DownloadProgress, seconds: number, first = 0): string {
  const filled = total === undefined || total === 0 ? 0 : Math.round((barWidth * done) / total)
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
  const facts = [megabytes(done, total)]
  const rate = seconds > 0 ? (done - first) / seconds : 0
  if (rate > 0) facts.push(`${(rate / 1e6).toFixed(1)} MB/s`)
  if (rate > 0 && total !== undefined && done < total) facts.push(`${((total - done) / rate).toFixed(0)} s left`)
  return `Downloading ${bar} ${facts.join(' · ')}`
}

function megabytes(done: number, total: number | undefined): string {
  const digits = (total ?? done) < 10_000_000 ? 1 : 0
  const shown = (done / 1e6).toFixed(digits)
  return total === undefined ? `${shown} MB` : `${shown} of ${(total / 1e6).toFixed(digits)} MB`
}
