import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { renderReport } from '../../functions/factory/report/index.ts'
import { localPhases } from '../../functions/local.ts'
import { packageFile } from '../../integrations/packageFiles.ts'
import { commandAgain } from '../commandAgain.ts'
import { UsageError } from '../errors.ts'
import { exportFactory, exportRun } from '../exportRun.ts'
import { prepareSeeds, saveSeeds } from '../importSeeds.ts'
import { interruptible } from '../interrupt.ts'
import { type SharedOptions, wholeNumber, withSharedOptions } from '../options.ts'
import { findProject, makeProjectFolder } from '../projectFolder.ts'
import { whileLocked } from '../projectLock.ts'
import { announceDevice, runPhases } from '../run.ts'
import { writeWhole } from '../writeWhole.ts'

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
    const present = await findProject(folder)
    if (present === undefined) await requireFree(folder)
    const prepared = await prepareSeeds(present, {
      seedsFolder: packageFile('models/avatars/seeds'),
      read: { layout: 'masks' },
      settings: { samplesPerRun: count },
    })
    const { warnings } = prepared.annotations
    for (const warning of warnings) console.warn(`Warning: ${warning}`)
    const device = await announceDevice(shared)
    const project = await makeProjectFolder(folder)
    await whileLocked(project, async () => {
      signal.throwIfAborted()
      await saveSeeds(project, prepared)
      const { version, run, report } = await runPhases(project, localPhases, device, shared, signal, {
        title: 'Avatars',
        commandOf: commandAgain(out),
        links: [
          { label: 'Dataset', href: 'dataset/manifest.jsonl', about: 'one line per generated image, kept or dropped' },
          {
            label: 'Factory graph',
            href: 'factory.onnx',
            about: 'latents in, labelled images out, in any ONNX Runtime',
          },
        ],
      })
      const dataset = join(folder, 'dataset')
      // The manifest lists the dropped images, too: `kept` tells them apart.
      const how = { format: 'masks', dropped: true, overwrite: true } as const
      const images = await exportRun(project, { version, folder: dataset, signal, ...how })
      const factory = await exportFactory(project, version, folder)
      signal.throwIfAborted()
      const page = join(folder, 'report.html')
      if (report !== undefined) await writeWhole(page, await renderReport(report))
      const seconds = run.phases.reduce((sum, phase) => sum + phase.seconds, 0)
      if (shared.json)
        console.log(JSON.stringify({ version, images, dataset, factory, report: page, phases: run.phases, warnings }))
      else
        console.log(
          `\n${images} labelled images in ${seconds.toFixed(0)} s\n` +
            `  dataset  ${dataset}\n  graph    ${factory}\n  report   ${pathToFileURL(page)}`,
        )
    })
  })

/**
 * The demo replaces what it made before, and nothing else.
 * @throws UsageError where the folder holds a person's own dataset, graph or report
 */
async function requireFree(folder: string): Promise<void> {
  const names: readonly string[] = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') throw new UsageError(`${folder} is a file: choose another folder with --out`)
    throw error
  })
  const taken = ['dataset', 'factory.onnx', 'report.html'].find((name) => names.includes(name))
  if (taken !== undefined)
    throw new UsageError(`${join(folder, taken)} is there already, and not of a demo: choose another folder with --out`)
}
