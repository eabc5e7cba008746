import { resolve } from 'node:path'
import { Command } from 'commander'
import type { Backbone, SegmenterWish } from '../../schemas/segmenter.ts'
import { chooseGenerator } from '../chooseGenerator.ts'
import { dataOption } from '../dataFolder.ts'
import { estimateTraining, formatEstimate } from '../estimate.ts'
import { prepareSeeds, saveSeeds } from '../importSeeds.ts'
import { interruptible } from '../interrupt.ts'
import { readLabelList } from '../labelList.ts'
import {
  type DryRunOptions,
  type SeedOptions,
  type SharedOptions,
  withDryRun,
  withSharedOptions,
  withTrainingOptions,
} from '../options.ts'
import { findProject, makeProjectFolder } from '../projectFolder.ts'
import { whileLocked } from '../projectLock.ts'
import { announceDevice, runPhases } from '../run.ts'

interface TrainOptions extends SharedOptions, SeedOptions, DryRunOptions {
  readonly generator?: string
  readonly data: string
}

export const train = withSharedOptions(
  withDryRun(
    withTrainingOptions(
      new Command('train')
        .description('train the interpreter on painted seed images, and distil it')
        .argument('<project>', 'project folder; made if it is not there')
        .requiredOption('--seeds <folder>', 'seed annotations: indexed PNGs with labels.json, COCO, or LabelMe JSON')
        .option('--generator <name>', 'generator of the seeds, where the project is new (default: avatars)')
        .addOption(dataOption()),
    ),
  ),
)
  .addHelpText(
    'after',
    `
Seed annotations are named by the seed of their image, like 100.labels.png or avatars-s100-t0.7.json.

Examples:
  sixteen train faces --seeds painted/ --dry-run
  sixteen train faces --seeds painted/
  sixteen train faces --seeds painted/ --labeler ensemble --label-size 64x64
  sixteen train cats --seeds coco/ --layout coco --labels cat --generator cats
  sixteen train faces --seeds painted/ --segmenter resnet18
`,
  )
  .action(async (name: string, options: TrainOptions) => {
    const signal = interruptible()
    const {
      generator: generatorName,
      data,
      seeds,
      layout,
      labels,
      labelSize,
      members,
      labeler,
      truncation,
      balanceParts,
      precision,
      segmenter,
      dryRun,
      pricePerHour,
      ...shared
    } = options
    const folder = resolve(name)
    const present = await findProject(folder)
    const generator = await chooseGenerator({ folder, present, name: generatorName, data })
    const prepared = await prepareSeeds(present, {
      generator,
      seedsFolder: resolve(seeds),
      read: {
        ...(layout === undefined ? {} : { layout }),
        ...(labels === undefined ? {} : { labels: await readLabelList(labels) }),
      },
      settings: {
        ...(labelSize === undefined ? {} : { labelWidth: labelSize.width, labelHeight: labelSize.height }),
        ...(members === undefined ? {} : { members }),
        ...(labeler === undefined ? {} : { labeler }),
        ...(truncation === undefined ? {} : { truncation }),
        ...(balanceParts === undefined ? {} : { balanceParts }),
        ...(precision === undefined ? {} : { precision }),
        ...(segmenter === undefined ? {} : { segmenter: segmenterWish(segmenter) }),
      },
    })
    const { warnings } = prepared.annotations
    for (const warning of warnings) console.warn(`Warning: ${warning}`)
    if (dryRun) {
      const painted = prepared.annotations.seeds.length
      const weights = await generator.readWeights()
      const expected = await estimateTraining(weights, prepared.wanted, painted, { ...shared, pricePerHour })
      console.log(shared.json ? JSON.stringify(expected) : formatEstimate(expected))
      return
    }
    const device = await announceDevice(shared)
    const project = await makeProjectFolder(folder)
    const { version, run } = await whileLocked(project, async () => {
      signal.throwIfAborted()
      await saveSeeds(project, prepared)
      return runPhases(project, ['train', 'distil'], device, shared, signal)
    })
    if (shared.json) console.log(JSON.stringify({ version, phases: run.phases, machine: run.machine, warnings }))
    else console.log(`\n${version} is trained. Next:  sixteen generate ${name}`)
  })

/** @param segmenter what the option was given; undefined takes the wish away */
function segmenterWish(segmenter: Backbone | boolean): SegmenterWish | undefined {
  if (segmenter === false) return undefined
  return segmenter === true ? {} : { backbone: segmenter }
}
