import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import {
  embeddedGenerator,
  readEmbeddedGenerator,
  readNamedGenerator,
} from '../../functions/gpu/jobs/generatorWeights.ts'
import type { Mixture } from '../../functions/gpu/jobs/samples.ts'
import { withEngine } from '../../functions/gpu/onnx/withEngine.ts'
import { sizeOfImages } from '../../functions/gpu/stylegan/generator.ts'
import { styleCount } from '../../functions/gpu/stylegan/synthesis.ts'
import type { GeneratorWeights } from '../../functions/gpu/stylegan/weights.ts'
import { encodeRgb } from '../../integrations/images/index.ts'
import { createContactSheet } from '../../integrations/images/sheet/index.ts'
import { dataOption, inDataStore } from '../dataFolder.ts'
import { UsageError } from '../errors.ts'
import { interruptible } from '../interrupt.ts'
import { withTask } from '../oneTask.ts'
import { numberBetween, type SharedOptions, wholeNumber, withSharedOptions } from '../options.ts'
import { announceDevice } from '../run.ts'
import { openSampleFiles } from '../sampleFiles.ts'
import { sampleImages } from '../sampleImages.ts'
import { type SampleOptions, sampleRequest, sampleSheet, smallestTile } from '../sampleRequest.ts'
import { parseSeedList } from '../seedList.ts'

interface SamplesOptions extends SharedOptions, SampleOptions {
  readonly generator: string
  readonly data: string
  readonly grid?: string
  readonly out?: string
  readonly overwrite: boolean
}

export const samples = withSharedOptions(
  new Command('samples')
    .description('show what a generator makes: a sheet of seeds, of truncations, or of mixed styles; or single images')
    .option('--generator <name>', 'generator, as it was named when it was imported', embeddedGenerator)
    .addOption(dataOption())
    .option('--seeds <list>', 'seeds, like 0-63 or 0,5,9-12 (default: 0-63)', parseSeedList)
    .option(
      '--truncation <psi>',
      'ψ, or several, like 0,0.5,1, for a column each (default: the generator’s)',
      parsePsis,
    )
    .option('--mix <rows:columns>', 'mix the styles of some seeds with those of others, like 0-3:10-17', parseMix)
    .option(
      '--layers <layers>',
      'layers that --mix takes from the columns: coarse, middle, fine, or 0-3 (default: coarse)',
    )
    .option('--grid <file>', 'write one sheet, a PNG')
    .option('--columns <n>', 'images in a row of the sheet', wholeNumber(1, 10_000))
    .option(
      '--tile <pixels>',
      'longer side of an image on the sheet (default: the image’s, at most 256)',
      wholeNumber(smallestTile, 4096),
    )
    .option('--out <dir>', 'write the single images, named like avatars-s0-t0.7.png')
    .option('--overwrite', 'replace files that are there', false),
)
  .addHelpText(
    'after',
    `
Layers are counted from 0, two for each side from 4 pixels on: coarse is 0-3 (sides 4 and 8), middle 4-7 (16 and 32),
fine all others.

Examples:
  sixteen samples --grid sheet.png
  sixteen samples --generator faces --seeds 0-63 --truncation 0.7 --grid sheet.png --out seeds
  sixteen samples --seeds 0-7 --truncation 0,0.3,0.5,0.7,1 --grid truncation.png
  sixteen samples --mix 0-3:10-17 --layers middle --grid mixed.png
`,
  )
  .action(async ({ generator, data, grid, out, overwrite, ...options }: SamplesOptions) => {
    const signal = interruptible()
    const places = {
      folder: out === undefined ? undefined : resolve(out),
      grid: grid === undefined ? undefined : resolve(grid),
    }
    if (grid === undefined && (options.columns ?? options.tile) !== undefined)
      throw new UsageError('--columns and --tile are about the sheet: give --grid FILE.png, too')
    const files = await openSampleFiles({ ...places, overwrite })
    const weights = await readGenerator(generator, data)
    const { defaultTruncation } = weights.facts
    const request = sampleRequest(options, { layers: styleCount(weights), defaultTruncation })
    const plan = grid === undefined ? undefined : sampleSheet(request, options, sizeOfImages(weights))
    const sheet = plan === undefined ? undefined : createContactSheet(plan)
    const { device } = await announceDevice(options)
    const { threads, json } = options
    signal.throwIfAborted()
    await files.prepare()
    const images = await withTask('Make images', json, async (onProgress) => {
      let count = 0
      await withEngine({ device, threads }, async (engine) => {
        const of = { generator, request, width: plan?.columns ?? 1 }
        for await (const { name, row, column, image } of sampleImages({ engine, signal, onProgress }, weights, of)) {
          await sheet?.place(row, column, image)
          if (out !== undefined) await files.writeImage(name, await encodeRgb(image))
          count += 1
        }
      })
      signal.throwIfAborted()
      if (sheet !== undefined) await files.writeSheet(await sheet.png())
      return count
    })
    if (json) console.log(JSON.stringify({ generator, images, ...places }))
    else
      console.log(
        `\n${images} images of ${generator}` +
          (places.grid === undefined ? '' : `\n  sheet    ${places.grid}`) +
          (places.folder === undefined ? '' : `\n  images   ${places.folder}`),
      )
  })

/** @throws UsageError where nothing of that name was imported */
async function readGenerator(name: string, data: string): Promise<GeneratorWeights> {
  if (name === embeddedGenerator) return readEmbeddedGenerator()
  return inDataStore(data, name, (store) => readNamedGenerator(store, name))
}

function parsePsis(text: string): readonly number[] {
  return [...new Set(text.split(',').map(numberBetween(0, 2)))]
}

function parseMix(text: string): Pick<Mixture, 'rows' | 'columns'> {
  const [rows, columns, ...more] = text.split(':')
  if (rows === undefined || columns === undefined || more.length > 0)
    throw new InvalidArgumentError('Give the seeds of the rows and of the columns, like 0-3:10-17.')
  return { rows: parseSeedList(rows), columns: parseSeedList(columns) }
}
