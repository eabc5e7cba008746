/** A tiny run in a process of its own, that tells its parent what it does: `node killedRun.ts FOLDER`. */
import { openFileStore, runLocally } from '../../functions/local.ts'
import { tinyRun } from './tinyProject.ts'

/** What the parent hears. */
export type Told = { readonly phase: string; readonly task: string; readonly done: number }

const [, , folder] = process.argv
if (folder !== undefined && process.send !== undefined) {
  const tell = (told: Told): void => {
    process.send?.(told)
  }
  await runLocally({
    ...tinyRun,
    store: await openFileStore(folder),
    onPhase: (phase, task) => tell({ phase, task, done: 0 }),
    onProgress: ({ phase, task, done }) => tell({ phase, task, done }),
  })
  process.disconnect()
}
