import { resolve } from 'node:path'
import { Command } from 'commander'
import { estimate, formatEstimate } from '../estimate.ts'
import { interruptible } from '../interrupt.ts'
import { numberBetween, type SharedOptions, wholeNumber, withSharedOptions } from '../options.ts'
import { changeSettings, openProjectFolder, requireProject } from '../projectFolder.ts'
import { whileLocked } from '../projectLock.ts'
import { announceDevice, runPhases } from '../run.ts'

interface GenerateOptions extends SharedOptions {
  readonly count?: number
  readonly dropShare?: number
  readonly dryRun: boolean
  readonly pricePerHour: number
}

export const generate = withSharedOptions(
  new Command('generate')
    .description('generate labelled images with the trained interpreter, and drop the most uncertain')
    .argument('<project>', 'project folder')
    .option('--count <n>', 'images in all; more than before adds to what is there', wholeNumber(1, 10_000_000))
    .option('--drop-share <share>', 'share of the images that is dropped', numberBetween(0, 1))
    .option('--dry-run', 'print the time, disk and dollars to expect, and do nothing', false)
    .option('--price-per-hour <dollars>', 'price of the machine, for --dry-run', numberBetween(0, 1000), 0),
)
  .addHelpText(
    'after',
    `
Examples:
  sixteen generate faces --count 10000 --dry-run --price-per-hour 0.526
  sixteen generate faces --count 10000
`,
  )
  .action(async (name: string, options: GenerateOptions) => {
    const signal = interruptible()
    const project = await openProjectFolder(resolve(name))
    const { settings: before } = await requireProject(project)
    const { count = before.samplesPerRun, dropShare = before.dropShare, dryRun, pricePerHour, ...shared } = options
    if (dryRun) {
      const expected = await estimate(project, count, { ...shared, pricePerHour })
      console.log(shared.json ? JSON.stringify(expected) : formatEstimate(expected))
      return
    }
    const device = await announceDevice(shared)
    const { version, run } = await whileLocked(project, async () => {
      signal.throwIfAborted()
      await changeSettings(project, { samplesPerRun: count, dropShare })
      return runPhases(project, ['train', 'distil', 'generate', 'curate'], device, shared, signal)
    })
    if (shared.json) console.log(JSON.stringify({ version, count, phases: run.phases }))
    else console.log(`\n${count} labelled images in ${version}. Next:  sixteen export ${name} --out dataset`)
  })
