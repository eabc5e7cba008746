import { resolve } from 'node:path'
import { Command } from 'commander'
import { openPredictor } from '../../functions/gpu/jobs/predict.ts'
import { withEngine } from '../../functions/gpu/onnx/withEngine.ts'
import type { RunVersion } from '../../schemas/run.ts'
import { listImages } from '../imageList.ts'
import { interruptible } from '../interrupt.ts'
import { withTask } from '../oneTask.ts'
import { parseRunVersion, type SharedOptions, withSharedOptions } from '../options.ts'
import { type PredictionOutcome, predictImages } from '../predictImages.ts'
import { openPredictionFiles } from '../predictionFiles.ts'
import { openProjectFolder } from '../projectFolder.ts'
import { announceDevice } from '../run.ts'
import { segmentedRun } from '../segmentedRun.ts'

interface PredictOptions extends SharedOptions {
  readonly out: string
  readonly run?: RunVersion
  readonly overlay: boolean
  readonly confidence: boolean
  readonly overwrite: boolean
}

export const predict = withSharedOptions(
  new Command('predict')
    .description('label images of any kind and size with the segmenter of  sixteen train-segmenter')
    .argument('<project>', 'project folder')
    .argument('<images...>', 'PNG, JPEG or WebP files, or folders with some')
    .requiredOption('--out <dir>', 'folder to write; made if it is not there')
    .option('--run <version>', 'run whose segmenter labels, like sixteen-v1 (default: the newest)', parseRunVersion)
    .option('--overlay', 'write a picture of each image below its labels, too', false)
    .option('--confidence', 'write how sure each pixel’s label is, too: grey PNGs, white is certain', false)
    .option('--overwrite', 'replace files that are there', false),
)
  .addHelpText(
    'after',
    `
Label maps are indexed PNGs of the images' own sizes, whose pixels are part ids; predictions.jsonl lists them with their
parts. Images that cannot be read are named at the end, and the others are labelled all the same.

Examples:
  sixteen predict faces photo.jpg --out labelled --overlay
  sixteen predict faces photos/ --out labelled --confidence
`,
  )
  .action(
    async (name: string, given: readonly string[], { out, run: asked, overwrite, ...options }: PredictOptions) => {
      const signal = interruptible()
      const project = await openProjectFolder(resolve(name))
      const version = await segmentedRun(project, asked)
      const images = await listImages(given)
      const folder = resolve(out)
      const { device } = await announceDevice(options)
      const { threads, json, overlay, confidence } = options
      signal.throwIfAborted()
      const files = await openPredictionFiles(folder, overwrite)
      const outcome = await withTask('Label images', json, (onProgress) =>
        withEngine({ device, threads }, async (engine) => {
          try {
            const predictor = await openPredictor({ ...project, run: project.keys.run(version), version, engine })
            return await predictImages(predictor, files, { images, overlay, confidence, signal, onProgress })
          } finally {
            await files.end()
          }
        }),
      )
      if (json) console.log(JSON.stringify({ version, images: outcome.done, folder, failures: outcome.failures }))
      else console.log(`\n${outcome.done} images labelled by ${version} in ${folder}`)
      if (outcome.failures.length > 0) throw new UnreadableImagesError(outcome)
    },
  )

/** Some images could not be labelled. */
class UnreadableImagesError extends Error {
  override readonly name = 'UnreadableImagesError'

  constructor({ failures }: PredictionOutcome) {
    const lines = failures.map(({ path, reason }) => `  ${path}: ${reason}`)
    super(
      `${failures.length === 1 ? 'One image was' : `${failures.length} images were`} not labelled:\n${lines.join('\n')}`,
    )
  }
}
