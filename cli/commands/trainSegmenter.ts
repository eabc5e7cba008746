import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { type SegmenterRequest, trainSegmenter as train } from '../../functions/gpu/jobs/trainSegmenter.ts'
import { withEngine } from '../../functions/gpu/onnx/withEngine.ts'
import type { RunVersion } from '../../schemas/run.ts'
import { Backbone, type SegmenterOptions, type SegmenterRecord, type SegmenterWish } from '../../schemas/segmenter.ts'
import { sha256Of } from '../../schemas/sha256.ts'
import { downloadDisplay } from '../downloadProgress.ts'
import { UsageError } from '../errors.ts'
import { readSource, withCheckpoint } from '../importSource.ts'
import { interruptible } from '../interrupt.ts'
import { withTask } from '../oneTask.ts'
import {
  numberBetween,
  parseRunVersion,
  parseSize,
  type SharedOptions,
  wholeNumber,
  withSharedOptions,
} from '../options.ts'
import { completeRun, openProjectFolder, type ProjectFolder } from '../projectFolder.ts'
import { whileLocked } from '../projectLock.ts'
import { announceDevice } from '../run.ts'

interface TrainSegmenterOptions
  extends SharedOptions,
    Partial<Pick<SegmenterOptions, 'backbone' | 'steps' | 'batch' | 'optimizer' | 'learningRate' | 'seed'>> {
  readonly run?: RunVersion
  readonly outputStride?: '8' | '16'
  readonly size?: { readonly width: number; readonly height: number }
  readonly balanceParts: boolean
  readonly augment: boolean
  readonly pretrained?: string
}

/** The largest published ones have a quarter of it. */
const largestWeights = 2 ** 31

export const trainSegmenter = withSharedOptions(
  new Command('train-segmenter')
    .description('train a model that labels real images on the generated dataset: DeepLab-V3')
    .argument('<project>', 'project folder')
    .option('--run <version>', 'run whose dataset is learned, like sixteen-v1 (default: the newest)', parseRunVersion)
    .addOption(new Option('--backbone <name>', 'network (default: small)').choices(Backbone.options))
    .addOption(new Option('--output-stride <n>', 'pixels of the image to one of the features').choices(['8', '16']))
    .option(
      '--size <WxH>',
      'size of the images that the network takes (default: the label maps’, at most 256)',
      parseSize,
    )
    .option('--steps <n>', 'optimizer steps at most', wholeNumber(1, 10_000_000))
    .option('--batch <n>', 'images per step', wholeNumber(1, 1024))
    .addOption(new Option('--optimizer <name>', 'how weights are changed').choices(['sgd', 'adam']))
    .option('--learning-rate <rate>', 'the first rate; it falls to zero', numberBetween(1e-9, 10))
    .option('--seed <n>', 'seed of weights, order and augmentation', wholeNumber(0, 2 ** 32 - 1))
    .option('--no-balance-parts', 'let parts weigh as much in the loss as they have pixels')
    .option('--no-augment', 'learn the images as they are')
    .option(
      '--pretrained <weights>',
      'safetensors of the backbone or of a whole DeepLab-V3: a file, https:// or hf://',
    ),
)
  .addHelpText(
    'after',
    `
Pretrained weights have the names of torchvision, timm or transformers, like hf://timm/resnet50.a1_in1k/model.safetensors.
A last layer for another number of parts begins untrained. HF_TOKEN in the environment opens private repositories.

Examples:
  sixteen train-segmenter faces
  sixteen train-segmenter faces --backbone resnet50 --size 512x512 --pretrained resnet50.safetensors --device cuda
`,
  )
  .action(async (name: string, { run: asked, pretrained, ...options }: TrainSegmenterOptions) => {
    const signal = interruptible()
    const project = await openProjectFolder(resolve(name))
    const version = await completeRun(project, asked)
    const { device } = await announceDevice(options)
    const { threads, json } = options
    const trained = await whileLocked(project, () =>
      withPretrained(project, pretrained, { signal, quiet: json }, (weights) =>
        withTask('Train the segmenter', json, async (onProgress) => {
          signal.throwIfAborted()
          return withEngine({ device, threads }, (engine) => {
            const context = { ...project, run: project.keys.run(version), version, engine, onProgress, signal }
            return train(context, { wish: wishOf(options), pretrained: weights }, Date.now)
          })
        }),
      ),
    )
    console.log(json ? JSON.stringify(trained.record) : formatSegmenter(trained.record, trained.worked, name))
  })

function wishOf({ outputStride, size, ...options }: TrainSegmenterOptions): SegmenterWish {
  const { backbone, steps, batch, optimizer, learningRate, seed, balanceParts, augment } = options
  const wish = { backbone, steps, batch, optimizer, learningRate, seed, balanceParts, augment, ...size }
  const given = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))
  return outputStride === undefined ? given : { ...given, outputStride: outputStride === '8' ? 8 : 16 }
}

/** Fetches the weights, where some are named; a download is taken away once the segmenter is trained. */
async function withPretrained<Result>(
  { folder }: ProjectFolder,
  text: string | undefined,
  { signal, quiet }: { readonly signal: AbortSignal; readonly quiet: boolean },
  action: (pretrained: SegmenterRequest['pretrained']) => Promise<Result>,
): Promise<Result> {
  if (text === undefined) return action(undefined)
  const source = await readSource(text)
  const fetching = { data: folder, limit: largestWeights, signal, display: downloadDisplay(quiet) }
  return withCheckpoint(source, fetching, async ({ bytes, sha256, discard }) => {
    if (sha256 !== undefined && sha256Of(bytes) !== sha256) {
      await discard()
      throw new UsageError(`${source.location} arrived damaged: give the same command again`)
    }
    const result = await action({ source: source.location, bytes })
    await discard()
    return result
  })
}

function formatSegmenter(
  { run, heldOut, pretrained, history }: SegmenterRecord,
  worked: boolean,
  name: string,
): string {
  const percent = (share: number | null): string =>
    share === null ? '   –' : `${(share * 100).toFixed(1).padStart(5)} %`
  const start =
    pretrained === null
      ? []
      : [
          `Begun with ${pretrained.loaded} tensors of ${pretrained.source}; ${pretrained.untrained.length} began untrained, ` +
            `${pretrained.leftOver.length} of the file have no place here`,
        ]
  return [
    '',
    ...start,
    worked
      ? `The segmenter of ${run} is trained: ${history.at(-1)?.step ?? 0} steps`
      : `${run} has this segmenter already`,
    '',
    ...heldOut.parts.map((part) => `  ${percent(part.iou)}  ${part.name}`),
    `  ${percent(heldOut.miou)}  mean IoU on generated images that were held out`,
    '',
    `Next:  sixteen predict ${name} IMAGES --out labelled`,
  ].join('\n')
}
