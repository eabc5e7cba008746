import { resolve } from 'node:path'
import { Command } from 'commander'
import { getJson } from '../../integrations/storage/index.ts'
import { RunManifest } from '../../schemas/runManifest.ts'
import { interruptible } from '../interrupt.ts'
import { numberBetween, type SharedOptions, withSharedOptions } from '../options.ts'
import { changeSettings, openProjectFolder, requireProject } from '../projectFolder.ts'
import { runPhases } from '../run.ts'

interface CurateOptions extends SharedOptions {
  readonly dropShare?: number
}

export const curate = withSharedOptions(
  new Command('curate')
    .description('decide anew which of the generated images are dropped for their uncertainty')
    .argument('<project>', 'project folder')
    .option('--drop-share <share>', 'share of the images that is dropped, the most uncertain first', numberBetween(0, 1)),
)
  .addHelpText('after', '\nExample:\n  sixteen curate faces --drop-share 0.2\n')
  .action(async (name: string, { dropShare, ...shared }: CurateOptions) => {
    const signal = interruptible()
    const project = await openProjectFolder(resolve(name))
    await requireProject(project)
    if (dropShare !== undefined) await changeSettings(project, { dropShare })
    const { version } = await runPhases(project, ['generate', 'curate'], shared, signal)
    const lines = (await getJson(project.store, project.keys.run(version).manifest, RunManifest))?.value.lines ?? []
    const kept = lines.filter((line) => line.kept).length
    if (shared.json) console.log(JSON.stringify({ version, generated: lines.length, kept, dropped: lines.length - kept }))
    else console.log(`\n${kept} of ${lines.length} images are kept in ${version}.`)
  })
