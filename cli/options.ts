/** Options that several commands share, each checked where it is typed. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { DeviceChoice } from '../functions/gpu/onnx/device.ts'
import { seedLayouts } from '../integrations/datasets/index.ts'
import { RunVersion } from '../schemas/run.ts'
import { Backbone } from '../schemas/segmenter.ts'
import { labelPresets } from './labelList.ts'

export interface SharedOptions {
  readonly device: DeviceChoice
  readonly threads?: number
  readonly json: boolean
}

/** Where graphs run, with how many threads, and how results are printed. */
export function withSharedOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--device <device>', 'where graphs run: auto, cpu, cuda or webgpu')
        .env('SIXTEEN_DEVICE')
        .default('auto')
        .argParser(parseDevice),
    )
    .option('--threads <n>', 'threads on the CPU (default: all cores)', wholeNumber(1, 1024))
    .option('--json', 'print the result as JSON, and nothing else', false)
}

export interface SeedOptions {
  readonly seeds: string
  readonly layout?: (typeof seedLayouts)[number]
  readonly labelSize?: { readonly width: number; readonly height: number }
  readonly members?: number
  readonly labeler?: 'ensemble' | 'student'
  readonly truncation?: number
  readonly labels?: string
  readonly balanceParts?: boolean
  readonly precision?: 'float32' | 'float16'
  /** False where none is to be trained any more, true where nobody named its backbone. */
  readonly segmenter?: Backbone | boolean
}

/** An estimate in place of the work. */
export function withDryRun(command: Command): Command {
  return command
    .option('--dry-run', 'print the time, disk and dollars to expect, and do nothing', false)
    .option('--price-per-hour <dollars>', 'price of the machine, for --dry-run', numberBetween(0, 1000), 0)
}

export interface DryRunOptions {
  readonly dryRun: boolean
  readonly pricePerHour: number
}

/** What a training begins with. */
export function withTrainingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--layout <layout>', 'format of the seed annotations (default: recognized)').choices([...seedLayouts]),
    )
    .option('--label-size <WxH>', 'size of the label maps, where it is not the image’s', parseSize)
    .option('--labels <list>', `parts of COCO and LabelMe seeds: ${labelPresets.join(', ')}, or a JSON file`)
    .option('--balance-parts', 'weigh every part equally in the loss, however small it is')
    .option('--members <n>', 'classifiers in the ensemble', wholeNumber(1, 100))
    .option('--truncation <psi>', 'ψ of the generated images (default: that of the seeds)', numberBetween(0, 2))
    .addOption(
      new Option(
        '--precision <format>',
        'number format of the generator in generated images (default: float32)',
      ).choices(['float32', 'float16']),
    )
    .addOption(
      new Option(
        '--labeler <labeler>',
        'what labels the images: the exact ensemble, or a student distilled from it',
      ).choices(['ensemble', 'student']),
    )
    .addOption(
      new Option(
        '--segmenter [backbone]',
        'let runs train a model for real images on what they generate (default backbone: small)',
      ).choices(Backbone.options),
    )
    .option('--no-segmenter', 'let runs train none any more')
}

/** @returns a parser of whole numbers that names the range when it refuses */
export function wholeNumber(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < lowest || value > highest)
      throw new InvalidArgumentError(`Give a whole number from ${lowest} to ${highest}.`)
    return value
  }
}

/** @returns a parser of numbers that names the range when it refuses */
export function numberBetween(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!(value >= lowest && value <= highest))
      throw new InvalidArgumentError(`Give a number from ${lowest} to ${highest}.`)
    return value
  }
}

function parseDevice(text: string): DeviceChoice {
  const choice = DeviceChoice.safeParse(text)
  if (!choice.success)
    throw new InvalidArgumentError('Give auto, cpu, cuda or webgpu (option --device or SIXTEEN_DEVICE).')
  return choice.data
}

/** The name of a run, like sixteen-v1. */
export function parseRunVersion(text: string): RunVersion {
  const version = RunVersion.safeParse(text)
  if (!version.success) throw new InvalidArgumentError('Give the name of a run, like sixteen-v1.')
  return version.data
}

/** Width and height in pixels, like 512x384. */
export function parseSize(text: string): { readonly width: number; readonly height: number } {
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(text)
  const [width, height] = [Number(match?.[1]), Number(match?.[2])]
  if (!(width >= 1 && height >= 1)) throw new InvalidArgumentError('Give width and height in pixels, like 512x384.')
  return { width, height }
}
