import { basename, join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { ExperimentError } from '../../functions/gpu/jobs/experiments/data.ts'
import { type PresetName, planExperiment, presetNames } from '../../functions/gpu/jobs/experiments/plan.ts'
import { withEngine } from '../../functions/gpu/onnx/withEngine.ts'
import { readPretrained } from '../../functions/gpu/segmenter/pretrained.ts'
import { segmenterNetwork } from '../../functions/gpu/segmenter/segmenter.ts'
import { Backbone } from '../../schemas/segmenter.ts'
import { UsageError } from '../errors.ts'
import { experimentIn } from '../experimentFolder.ts'
import { interruptible } from '../interrupt.ts'
import { parseSize, type SharedOptions, wholeNumber, withSharedOptions } from '../options.ts'
import { ownExperimentData } from '../ownExperimentData.ts'
import { openProjectFolder } from '../projectFolder.ts'
import { readWhole } from '../readWhole.ts'
import { announceDevice } from '../run.ts'

interface ExperimentOptions extends SharedOptions {
  readonly images: string
  readonly labels: string
  readonly unlabelled?: string
  readonly pretrained?: string
  readonly preset: PresetName
  readonly out?: string
  readonly only?: readonly string[]
  readonly steps?: number
  readonly backbone?: Backbone
  readonly size?: { readonly width: number; readonly height: number }
}

/** The largest published weights have a quarter of it. */
const largestWeights = 2 ** 31

export const experiment = withSharedOptions(
  new Command('experiment')
    .description('hold the method against full supervision, transfer and semi-supervised learning on your own images')
    .argument('<project>', 'project folder with painted seeds')
    .requiredOption('--images <dir>', 'real images')
    .requiredOption(
      '--labels <dir>',
      'their label maps: indexed PNGs of the same names, with ids of the project’s parts',
    )
    .option('--unlabelled <dir>', 'real images without labels, for semi-supervised learning')
    .option('--pretrained <file>', 'safetensors of a backbone or a whole DeepLab-V3, for transfer learning')
    .addOption(new Option('--preset <name>', 'how much is tried').choices([...presetNames]).default('quick'))
    .option('--out <dir>', 'folder to write (default: experiment in the project folder)')
    .option('--only <arms>', 'only these, like supervised,ours', (text) => text.split(','))
    .option('--steps <n>', 'optimizer steps of each segmenter (default: the preset’s)', wholeNumber(1, 10_000_000))
    .addOption(new Option('--backbone <name>', 'network of all arms (default: small)').choices(Backbone.options))
    .option('--size <WxH>', 'size of the images that the network takes (default: as train-segmenter)', parseSize),
)
  .addHelpText(
    'after',
    `
A quarter of the labelled images, chosen by their names, is the test set of all arms; nothing learns from it. A
labels.json beside the label maps says which id is which part, where they are not the project's. Pixels of id 255 are not
counted. Given again, the command goes on with what is missing.

Examples:
  sixteen experiment faces --images photos/ --labels masks/
  sixteen experiment faces --images photos/ --labels masks/ --unlabelled more/ --pretrained deeplab.safetensors \\
    --backbone resnet50 --preset full --device cuda
`,
  )
  .action(async (name: string, { images, labels, unlabelled, pretrained, ...options }: ExperimentOptions) => {
    const signal = interruptible()
    const project = await openProjectFolder(resolve(name))
    const { preset, only, steps, backbone, size, threads, json } = options
    const weights =
      pretrained === undefined
        ? undefined
        : { source: basename(pretrained), bytes: await readWhole(resolve(pretrained), largestWeights) }
    const data = await ownExperimentData(project, { images, labels, unlabelled, pretrained: weights, size })
    const plan = planned(() => planExperiment(data, { preset, only, steps, backbone }))
    const classes = data.seeds.labelList.parts.length
    const network = segmenterNetwork({ ...plan.settings.segmenter, size: data.size, classes })
    // Weights of another network are refused now, not after hours.
    if (weights !== undefined) readPretrained(network, weights.bytes)
    const { device } = await announceDevice(options)
    const folder = options.out === undefined ? join(project.folder, 'experiment') : resolve(options.out)
    const tell = (line: string): void => {
      if (!json) console.log(line)
    }
    const results = await withEngine({ device, threads }, (engine) =>
      experimentIn({ folder, data, plan, engine, signal, tell, live: !json && process.stdout.isTTY === true }),
    )
    if (json) console.log(JSON.stringify(results))
    else console.log(`\nresults.json, table.md and miou.svg are in ${folder}`)
  })

function planned<Plan>(plan: () => Plan): Plan {
  try {
    return plan()
  } catch (error) {
    throw error instanceof ExperimentError ? new UsageError(error.message, { cause: error }) : error
  }
}
