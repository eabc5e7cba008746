import { resolve } from 'node:path'
import { Command } from 'commander'
import { readProjectGenerator } from '../../functions/gpu/jobs/generatorWeights.ts'
import { estimateGeneration, formatEstimate } from '../estimate.ts'
import { interruptible } from '../interrupt.ts'
import {
  type DryRunOptions,
  numberBetween,
  type SharedOptions,
  wholeNumber,
  withDryRun,
  withSharedOptions,
} from '../options.ts'
import { changeSettings, openProjectFolder, requireProject } from '../projectFolder.ts'
import { whileLocked } from '../projectLock.ts'
import { announceDevice, runPhases } from '../run.ts'

interface GenerateOptions extends SharedOptions, DryRunOptions {
  readonly count?: number
  readonly dropShare?: number
}

export const generate = withSharedOptions(
  withDryRun(
    new Command('generate')
      .description(
        'generate labelled images with the trained interpreter, drop the most uncertain, and train the segmenter that the ' +
          'project wishes for',
      )
      .argument('<project>', 'project folder')
      .option('--count <n>', 'images in all; more than before adds to what is there', wholeNumber(1, 10_000_000))
      .option('--drop-share <share>', 'share of the images that is dropped', numberBetween(0, 1)),
  ),
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
    const present = await requireProject(project)
    const { settings: before } = present
    const { count = before.samplesPerRun, dropShare = before.dropShare, dryRun, pricePerHour, ...shared } = options
    if (dryRun) {
      const weights = await readProjectGenerator(project.store, present.generator)
      const expected = await estimateGeneration(weights, present, count, { ...shared, pricePerHour })
      console.log(shared.json ? JSON.stringify(expected) : formatEstimate(expected))
      return
    }
    const device = await announceDevice(shared)
    const { version, run } = await whileLocked(project, async () => {
      signal.throwIfAborted()
      const { settings } = await changeSettings(project, { samplesPerRun: count, dropShare })
      const segmenting = settings.segmenter === undefined ? [] : (['segment'] as const)
      return runPhases(project, ['train', 'distil', 'generate', 'curate', ...segmenting], device, shared, signal)
    })
    if (shared.json) console.log(JSON.stringify({ version, count, phases: run.phases }))
    else console.log(`\n${count} labelled images in ${version}. Next:  sixteen export ${name} --out dataset`)
  })
