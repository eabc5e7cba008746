/**
 * `npm run demo:label-studio`: the whole loop inside a real Label Studio on this machine. Installs one (into
 * `.venv-label-studio`, which needs Python), makes a project, paints the sixteen seeds with the shipped annotations as a
 * person would, and leaves everything running to look at. `-- --exit` ends when the loop is closed.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chooseDevice } from '../functions/gpu/onnx/chooseDevice.ts'
import { type Server, serveLocally } from '../functions/local/serve.ts'
import { openLabelStudioClient } from '../integrations/label-studio/client.ts'
import { connectBackend } from '../integrations/label-studio/connect.ts'
import { type Annotator, annotatorOf } from '../test/e2e/support/annotator.ts'
import { labelStudioProgram } from './label-studio-environment.ts'
import { type LabelStudioServer, startLabelStudio } from './label-studio-server.ts'

const folder = join(import.meta.dirname, '..', 'sixteen-out', 'label-studio-demo')
const { values: options } = parseArgs({
  options: { exit: { type: 'boolean', default: false }, count: { type: 'string', default: '500' } },
})
const started = performance.now()
const say = (text: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`)

/** Resolves when the log tells of the end of a piece of work; says what happens meanwhile. */
function listen() {
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const endOf = (work: string): PromiseWithResolvers<void> => {
    const known = ends.get(work) ?? Promise.withResolvers<void>()
    ends.set(work, known)
    return known
  }
  const hear = (fields: object, message: string): void => {
    const work = 'work' in fields && typeof fields.work === 'string' ? fields.work : undefined
    if (work === undefined) return
    if (message === 'work is done') endOf(work).resolve()
    if (message.startsWith('work failed')) endOf(work).reject(new Error(message))
  }
  const complain = (fields: object, message: string): void => {
    hear(fields, message)
    say(message)
  }
  return {
    log: { info: hear, warn: complain, error: complain },
    done: (work: string): Promise<void> => endOf(work).promise,
  }
}

async function closeLoop(labelStudio: LabelStudioServer, server: Server, done: (work: string) => Promise<void>) {
  const annotator: Annotator = annotatorOf(labelStudio)
  const client = openLabelStudioClient(labelStudio)
  const project = await annotator.createProject('Avatars')
  const { notices } = await connectBackend(client, { project, backendUrl: server.address, title: 'Sixteen' })
  for (const { message } of notices) say(message)
  say(`project ${project} is connected; the seeds are being made`)
  await done('seeds')
  const seeds = await annotator.seeds(project)
  say(`${seeds.length} seeds are in Label Studio; painting them as the shipped annotations show`)
  for (const seed of seeds) await annotator.paint(seed)
  say('painted: the run begins (train, distil, generate, curate, publish, evaluate)')
  await done('sixteen-v1')
  const generated = await annotator.generated(project)
  say(`sixteen-v1 is done: ${generated.length} of its images are in Label Studio, labelled`)
  return project
}

say('Label Studio is looked for (installing it takes two minutes, once)')
const program = labelStudioProgram()
await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
const labelStudio = await startLabelStudio({ dataFolder: join(folder, 'label-studio'), program })
say(`Label Studio runs at ${labelStudio.address}`)
const { device } = await chooseDevice('auto')
const { log, done } = listen()
const server = await serveLocally({
  folder: join(folder, 'sixteen'),
  hostname: '127.0.0.1',
  port: 0,
  labelStudio,
  device,
  defaults: {
    // The shipped annotations are of seeds 100 to 115 at ψ = 1.
    settings: { truncation: 1, samplesPerRun: Number(options.count) },
    life: { seedPool: { from: 100, size: 16 }, debounceSeconds: 2 },
  },
  reconcileSeconds: 60,
  log,
})
try {
  const project = await closeLoop(labelStudio, server, done)
  console.log(`
Open  ${labelStudio.address}/projects/${project}/data   (${labelStudio.email}, password ${labelStudio.password})
      labelled images to look at and correct; every fourth correction makes a new version
      ${server.address}/projects/label-studio-${project}
      the run, its images and numbers`)
  if (!options.exit) {
    console.log('\nBoth run until you press ^C.')
    await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  }
} finally {
  await server.close()
  await labelStudio.stop()
}
