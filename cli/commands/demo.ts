import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { renderReport } from '../../functions/factory/report/index.ts'
import { localPhases } from '../../functions/local.ts'
import { packageFile } from '../../integrations/packageFiles.ts'
import { exportFactory, exportRun } from '../exportRun.ts'
import { interruptible } from '../interrupt.ts'
import { type SharedOptions, wholeNumber, withSharedOptions } from '../options.ts'
import { importSeeds, openProjectFolder } from '../projectFolder.ts'
import { runPhases } from '../run.ts'

interface DemoOptions extends SharedOptions {
  readonly out: string
  readonly count: number
}

export const demo = withSharedOptions(
  new Command('demo')
    .description('the whole loop on the embedded generator: 16 painted images in, a labelled dataset and a report out')
    .option('--out <dir>', 'folder for everything that is made', 'sixteen-out')
    .option('--count <n>', 'labelled images to generate', wholeNumber(1, 1_000_000), 500),
)
  .addHelpText(
    'after',
    `
Examples:
  sixteen demo
  sixteen demo --out /tmp/avatars --count 100
`,
  )
  .action(async ({ out, count, ...shared }: DemoOptions) => {
    const signal = interruptible()
    const folder = resolve(out)
    await mkdir(folder, { recursive: true })
    const project = await openProjectFolder(folder)
    const warnings = await importSeeds(project, {
      seedsFolder: packageFile('models/avatars/seeds'),
      read: { layout: 'masks' },
      settings: { samplesPerRun: count },
    })
    if (!shared.json) for (const warning of warnings) console.warn(`Warning: ${warning}`)
    const { version, run, report } = await runPhases(project, localPhases, shared, signal, {
      title: 'Avatars',
      links: [
        { label: 'Dataset', href: 'dataset/manifest.jsonl', about: 'one line per generated image, kept or dropped' },
        { label: 'Factory graph', href: 'factory.onnx', about: 'latents in, labelled images out, in any ONNX Runtime' },
      ],
    })
    const dataset = join(folder, 'dataset')
    // The manifest lists the dropped images, too: `kept` tells them apart.
    const images = await exportRun(project, { version, format: 'masks', folder: dataset, dropped: true, overwrite: true, signal })
    const factory = await exportFactory(project, version, folder)
    const page = join(folder, 'report.html')
    if (report !== undefined) await writeFile(page, await renderReport(report))
    const seconds = run.phases.reduce((sum, phase) => sum + phase.seconds, 0)
    if (shared.json) console.log(JSON.stringify({ version, images, dataset, factory, report: page, phases: run.phases }))
    else
      console.log(
        `\n${images} labelled images in ${seconds.toFixed(0)} s\n` +
          `  dataset  ${dataset}\n  graph    ${factory}\n  report   ${pathToFileURL(page)}`,
      )
  })
