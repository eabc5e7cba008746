import { encodeJson, overwrite, type Store } from '../../../../integrations/storage/index.ts'
import { RunProgress } from '../../../../schemas/projectState.ts'
import type { RunVersion } from '../../../../schemas/run.ts'
import type { JobProgress } from '../context.ts'

/** Points of a loss curve that are kept. */
const lossesKept = 1000

/**
 * Keeps `progress.json` of a run: how far it is, and when it will be done. Written at most twice a second, since many
 * steps are faster than anybody looks.
 * @param now milliseconds
 */
export function progressRecord(store: Store, key: string, version: RunVersion, now: () => number) {
  let losses: [number, number][] = []
  let begun = { task: '', at: 0, done: 0 }
  let written = Number.NEGATIVE_INFINITY
  let writing: Promise<unknown> = Promise.resolve()

  return {
    onProgress({ phase, task, done, total, unit, loss }: JobProgress): void {
      const at = now()
      if (task !== begun.task) {
        begun = { task, at, done }
        losses = []
      }
      // A training that diverges has losses that no record can hold; one that tells of every step repeats its last.
      if (loss !== undefined && Number.isFinite(loss) && loss !== losses.at(-1)?.[1])
        losses = [...losses, [done, loss] satisfies [number, number]].slice(-lossesKept)
      if (at - written < 500 && done < total) return
      written = at
      const rate = (done - begun.done) / Math.max(1, at - begun.at)
      const secondsLeft = rate > 0 ? Math.max(0, total - done) / rate / 1000 : undefined
      const record: RunProgress = {
        schemaVersion: 1,
        version,
        at: new Date(at).toISOString(),
        phase,
        task,
        done: Math.min(done, total),
        total,
        unit,
        losses: [...losses],
        ...(secondsLeft === undefined ? {} : { secondsLeft }),
      }
      // It is for looking at only: a run does not fail because of it.
      writing = writing.then(() => overwrite(store, key, encodeJson(key, RunProgress, record))).catch(() => undefined)
    },
    /** All is written. */
    settled: (): Promise<unknown> => writing,
  }
}
