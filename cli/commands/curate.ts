import { resolve } from 'node:path'
import { Command } from 'commander'
import { getJson } from '../../integrations/storage/index.ts'
import { RunManifest } from '../../schemas/runManifest.ts'
import { interruptible } from '../interrupt.ts'
import { numberBetween } from '../options.ts'
import { changeSettings, generatedRun, openProjectFolder } from '../projectFolder.ts'
import { whileLocked } from '../projectLock.ts'
import { runPhases } from '../run.ts'

interface CurateOptions {
  readonly dropShare?: number
  readonly json: boolean
}

export const curate = new Command('curate')
  .description('decide anew which of the generated images are dropped for their uncertainty')
  .argument('<project>', 'project folder')
  .option('--drop-share <share>', 'share of the images that is dropped, the most uncertain first', numberBetween(0, 1))
  .option('--json', 'print the result as JSON, and nothing else', false)
  .addHelpText('after', '\nExample:\n  sixteen curate faces --drop-share 0.2\n')
  .action(async (name: string, { dropShare, json }: CurateOptions) => {
    const signal = interruptible()
    const project = await openProjectFolder(resolve(name))
    const { version } = await whileLocked(project, async () => {
      signal.throwIfAborted()
      await generatedRun(project)
      if (dropShare !== undefined) await changeSettings(project, { dropShare })
      // Counting needs no device: the processor is everywhere.
      return runPhases(project, ['curate'], { device: 'cpu' }, { json }, signal)
    })
    const lines = (await getJson(project.store, project.keys.run(version).manifest, RunManifest))?.value.lines ?? []
    const kept = lines.filter((line) => line.kept).length
    if (json) console.log(JSON.stringify({ version, generated: lines.length, kept, dropped: lines.length - kept }))
    else console.log(`\n${kept} of ${lines.length} images are kept in ${version}.`)
  })
