import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import type { Imported } from '../../functions/gpu/jobs/importGenerator.ts'
import type { CropWish } from '../../functions/gpu/jobs/placeCrop.ts'
import { generatorWeightsKey } from '../../integrations/storage/keys.ts'
import { longestLicence } from '../../schemas/generator.ts'
import { Slug } from '../../schemas/record.ts'
import { askLicence } from '../askLicence.ts'
import { dataOption } from '../dataFolder.ts'
import { downloadDisplay } from '../downloadProgress.ts'
import { describeRecord } from '../generatorFacts.ts'
import { nameAfter, readSource, withCheckpoint } from '../importSource.ts'
import { interruptible } from '../interrupt.ts'
import { numberBetween, wholeNumber } from '../options.ts'
import { makeProjectFolder } from '../projectFolder.ts'

interface ImportOptions {
  readonly name?: string
  readonly data: string
  readonly class?: number
  readonly crop?: CropWish
  readonly half: boolean
  readonly truncation?: number
  readonly sha256?: string
  readonly licence?: string
  readonly replace: boolean
  readonly limit: number
  readonly json: boolean
}

const gibibyte = 2 ** 30

export const importCheckpoint = new Command('import')
  .description('bring your own StyleGAN2: NVIDIA’s .pkl, rosinality’s .pt, or safetensors')
  .argument('<source>', 'a file, an https:// address, or hf://owner/repository[@revision]/file')
  .option('--name <name>', 'name of the generator (default: after the file)', parseName)
  .addOption(dataOption('folder to keep it in, that of sixteen serve'))
  .option('--class <n>', 'class whose images a conditional network makes, from 0', wholeNumber(0, 1_000_000))
  .option('--crop <WxH[+X+Y]>', 'part of the square that is the image, like 512x384 (in the middle)', parseCrop)
  .option('--half', 'keep the weights as float16, in half the space', false)
  .option('--truncation <psi>', 'ψ to sample it with, where no project says otherwise', numberBetween(0, 2))
  .option('--sha256 <hex>', 'SHA-256 that the file must have', parseSha256)
  .option('--licence <text>', 'what is known of its licence, kept as a note', parseLicence)
  .option('--replace', 'take away another generator of that name, where no project uses it', false)
  .option('--limit <GiB>', 'largest file that is taken', numberBetween(0.001, 1024), 8)
  .option('--json', 'print the result as JSON, and nothing else', false)
  .addHelpText(
    'after',
    `
No code of a checkpoint is ever run. Downloads go on where they were interrupted. HF_TOKEN in the environment opens private
and gated repositories of the Hugging Face hub.

Examples:
  sixteen import network-snapshot-025000.pkl --name faces
  sixteen import https://example.org/cars.pkl --crop 512x384 --half
  sixteen import hf://someone/stylegan2@main/cats.pt --name cats
  sixteen import cifar10.pkl --name ships --class 8
`,
  )
  .action(async (text: string, options: ImportOptions) => {
    const { data, json, limit: gibibytes, class: classIndex, crop, truncation, replace } = options
    const signal = interruptible()
    // No other command reads checkpoints, and all begin sooner without what does.
    const { ChecksumError, importGenerator } = await import('../../functions/gpu/jobs/importGenerator.ts')
    const source = await readSource(text)
    const name = options.name ?? nameAfter(source)
    const { folder, store } = await makeProjectFolder(resolve(data))
    const limit = Math.floor(gibibytes * gibibyte)
    const display = downloadDisplay(json)
    const imported = await withCheckpoint(source, { data: folder, limit, signal, display }, async (checkpoint) => {
      signal.throwIfAborted()
      const { bytes, sha256, discard } = checkpoint
      const result = await importGenerator(store, {
        name,
        file: bytes,
        location: source.location,
        sha256: options.sha256 ?? sha256,
        precision: options.half ? 'float16' : 'float32',
        ...(classIndex === undefined ? {} : { classIndex }),
        crop,
        truncation,
        replace,
        licence: () => licenceOf(options, signal),
        now: () => new Date(),
      }).catch(async (error: unknown) => {
        // What is damaged would be found again and again.
        if (error instanceof ChecksumError) await discard()
        throw error
      })
      await discard()
      return result
    })
    const { record, outcome, notes } = imported
    if (json) console.log(JSON.stringify({ outcome, notes, generator: record }))
    else console.log(formatImport(imported, join(folder, 'store', generatorWeightsKey(record.name))))
  })

/** What a person says of the licence; nobody is asked where nobody sits. */
async function licenceOf({ licence, json }: ImportOptions, signal: AbortSignal): Promise<string | null> {
  if (licence !== undefined) return licence
  if (json || process.stdin.isTTY !== true || process.stdout.isTTY !== true) return null
  return askLicence({ input: process.stdin, output: process.stdout }, signal)
}

function formatImport({ record, outcome, notes }: Imported, path: string): string {
  const { name, licence, sha256 } = record
  const done =
    outcome === 'there'
      ? `${name} is there already, with the same weights, and stays as it is`
      : `${name} is ${outcome === 'new' ? 'imported' : 'replaced'}`
  const hint =
    licence === null
      ? [
          '  licence  not noted; most public checkpoints may not be used commercially (--licence TEXT --replace notes it)',
        ]
      : [`  licence  ${licence}`]
  return [
    ...notes.map((note) => `Note: ${note}`),
    `${done}: ${describeRecord(record)}`,
    `  weights  ${path}`,
    `  sha256   ${sha256}`,
    ...hint,
    `Next:  sixteen train PROJECT --seeds PAINTED --generator ${name}`,
  ].join('\n')
}

function parseName(text: string): string {
  const name = Slug.safeParse(text)
  if (!name.success)
    throw new InvalidArgumentError('Give a name like faces or cats-256: lower-case letters and digits.')
  return name.data
}

function parseSha256(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('A SHA-256 is 64 hexadecimal digits.')
  return text.toLowerCase()
}

function parseLicence(text: string): string {
  const licence = text.trim()
  if (licence === '' || licence.length > longestLicence)
    throw new InvalidArgumentError(`Give a note of 1 to ${longestLicence} characters.`)
  return licence
}

function parseCrop(text: string): CropWish {
  const [, width, height, x, y] = /^(\d{1,4})x(\d{1,4})(?:\+(\d{1,4})\+(\d{1,4}))?$/.exec(text) ?? []
  if (!(Number(width) >= 1 && Number(height) >= 1))
    throw new InvalidArgumentError(
      'Give width and height in pixels, like 512x384, or with the corner, like 512x384+0+64.',
    )
  const place = x === undefined ? {} : { place: { x: Number(x), y: Number(y) } }
  return { width: Number(width), height: Number(height), ...place }
}
