/**
 * A server of its own process, as `sixteen serve` puts it together, but with trainings that take a second. Its options come
 * as JSON in the first argument; it logs JSON lines, a line per step of progress among them.
 */
import { pino } from 'pino'
import { z } from 'zod'
import { serveLocally } from '../../../functions/local/serve.ts'
import { ProjectDefaults } from '../../../schemas/projectDefaults.ts'
import { tinyEvaluation, tinyTuning } from '../../functions/tinyProject.ts'

const Options = z.object({
  folder: z.string(),
  port: z.int(),
  hostname: z.string().default('127.0.0.1'),
  accessKey: z.string().optional(),
  labelStudio: z.object({ address: z.string(), token: z.string() }),
  huggingFaceToken: z.string().optional(),
  defaults: ProjectDefaults,
  leaseSeconds: z.number(),
})

const { leaseSeconds, ...options } = Options.parse(JSON.parse(process.argv[2] ?? '{}'))
const log = pino()
const server = await serveLocally({
  ...options,
  device: 'cpu',
  threads: 2,
  tuning: tinyTuning,
  evaluation: tinyEvaluation,
  times: { leaseSeconds, settleSeconds: 5, patienceSeconds: 300 },
  reconcileSeconds: 5,
  log,
  onProgress: ({ project }, { phase, task, done, total }) =>
    log.info({ project, phase, done, total }, `progress: ${task}`),
})
log.info({ address: server.address }, 'sixteen serves')
process.once('SIGTERM', () => void server.close().then(() => log.info({}, 'sixteen has stopped')))
