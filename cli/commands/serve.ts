import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { pino } from 'pino'
import { z } from 'zod'
import { isLoopback } from '../../functions/edge/access.ts'
import { findGenerator, UnknownGeneratorError } from '../../functions/generators.ts'
import { embeddedGenerator } from '../../functions/gpu/jobs/generatorWeights.ts'
import { chooseDevice } from '../../functions/gpu/onnx/chooseDevice.ts'
import { openStore } from '../../functions/openStore.ts'
import { redact } from '../../integrations/label-studio/redaction.ts'
import type { Store } from '../../integrations/storage/index.ts'
import { ProjectDefaults } from '../../schemas/projectDefaults.ts'
import { dataOption } from '../dataFolder.ts'
import { UsageError } from '../errors.ts'
import { interruptible } from '../interrupt.ts'
import { type SharedOptions, wholeNumber, withSharedOptions } from '../options.ts'
import { makeProjectFolder } from '../projectFolder.ts'
import { whileLocked } from '../projectLock.ts'
import { setting } from '../setting.ts'

interface ServeCommandOptions extends Omit<SharedOptions, 'json'> {
  readonly data: string
  readonly store?: string
  readonly host: string
  readonly port: number
  readonly labelStudio?: string
  readonly defaults?: string
  readonly reconcileMinutes: number
  readonly privateImages: boolean
}

export const serve = withSharedOptions(
  new Command('serve')
    .description('serve Label Studio projects: an ML backend, the jobs behind it, and a page to watch them')
    .addOption(dataOption('folder for everything that is kept'))
    .option('--store <address>', 'place of the store, where it is not in that folder: s3://bucket, or a folder')
    .option('--host <address>', 'address to listen on; others than this machine need SIXTEEN_ACCESS_KEY', '127.0.0.1')
    .option('--port <n>', 'port to listen on', wholeNumber(0, 65_535), 9090)
    .option('--label-studio <url>', 'address of the Label Studio server (or LABEL_STUDIO_URL)')
    .option('--defaults <file>', 'JSON file with settings of projects that are new')
    .option(
      '--reconcile-minutes <n>',
      'minutes between looks for annotations that no webhook told of',
      wholeNumber(1, 1440),
      1,
    )
    .option(
      '--private-images',
      'fetch images that tasks name from private addresses, too: whoever makes tasks chooses these',
      false,
    ),
)
  .addHelpText(
    'after',
    `
Secrets come from the environment:
  LABEL_STUDIO_TOKEN   a personal access token, or a legacy token, of a user who manages the projects
  SIXTEEN_ACCESS_KEY   opens this server: as password of basic authentication, and in backend addresses
  HF_TOKEN             for drafts by Hugging Face models, where a project wants them

Generators of  sixteen import  with the same --data can be named in --defaults, as {"generator": "faces"}.

Examples:
  LABEL_STUDIO_TOKEN=… sixteen serve --label-studio http://localhost:8080
  sixteen connect --project 8 --backend http://localhost:9090
`,
  )
  .action(async ({ data, host, port, reconcileMinutes, privateImages, ...options }: ServeCommandOptions) => {
    const signal = interruptible()
    const accessKey = setting('SIXTEEN_ACCESS_KEY')
    if (accessKey === undefined && !isLoopback(host))
      throw new UsageError(
        `others could reach ${host}: put a long random key into the environment as SIXTEEN_ACCESS_KEY, or leave --host out`,
      )
    const labelStudio = readLabelStudio(options.labelStudio)
    const defaults = options.defaults === undefined ? undefined : await readDefaults(options.defaults)
    const { device, reason } = await chooseDevice(options.device)
    const { serveLocally } = await import('../../functions/local/serve.ts').catch(explainOldNode)
    const log = pino()
    const project = await makeProjectFolder(resolve(data))
    await whileLocked(project, async () => {
      const store = options.store === undefined ? project.store : await openStore(options.store)
      await requireGenerator(store, defaults?.generator)
      const server = await serveLocally({
        folder: project.folder,
        store: options.store,
        hostname: host,
        port,
        accessKey,
        labelStudio: labelStudio && { ...labelStudio, allowPrivateImages: privateImages },
        huggingFaceToken: setting('HF_TOKEN'),
        device,
        threads: options.threads,
        defaults,
        reconcileSeconds: 60 * reconcileMinutes,
        log,
      })
      const shown = labelStudio === undefined ? undefined : redact(labelStudio.address)
      log.info({ address: server.address, device, reason, labelStudio: shown }, 'sixteen serves')
      if (labelStudio === undefined)
        log.warn({}, 'nothing is read from or written to Label Studio: set LABEL_STUDIO_URL and LABEL_STUDIO_TOKEN')
      await aborted(signal)
      log.info({}, 'sixteen stops: what is under way goes on when it serves again')
      await server.close()
    })
  })

/** The queue lies in SQLite, which older versions of Node do not have in them. */
function explainOldNode(cause: unknown): never {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_UNKNOWN_BUILTIN_MODULE')
    throw new UsageError(`sixteen serve needs Node.js 22.13 or newer; this is ${process.versions.node}`, { cause })
  throw cause
}

function readLabelStudio(option: string | undefined): { address: string; token: string } | undefined {
  const address = option?.trim() ?? setting('LABEL_STUDIO_URL')
  if (address === undefined || address === '') return undefined
  const token = setting('LABEL_STUDIO_TOKEN')
  if (token === undefined)
    throw new UsageError(
      `to work with ${redact(address)}, put a token of it into the environment as LABEL_STUDIO_TOKEN: in Label Studio, Account & Settings`,
    )
  return { address, token }
}

/** @throws UsageError where it is no file of settings */
async function readDefaults(file: string): Promise<ProjectDefaults> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`--defaults ${file} cannot be read`, { cause })
  })
  const parsed = ProjectDefaults.safeParse(parseJson(text, file))
  if (!parsed.success) throw new UsageError(`--defaults ${file} does not fit:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** @throws UsageError where new projects could not be made */
async function requireGenerator(store: Store, name: string | undefined): Promise<void> {
  if (name === undefined || name === embeddedGenerator) return
  await findGenerator(store, name).catch((cause: unknown) => {
    throw cause instanceof UnknownGeneratorError ? new UsageError(`--defaults: ${cause.message}`) : cause
  })
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`--defaults ${file} is not JSON`, { cause })
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
