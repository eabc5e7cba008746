/** An imitation of AWS (moto's server) on the loopback interface, for e2e tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { type MotoHooks, startMotoAsk } from './motoAsk.ts'
import { motoPython } from './motoEnvironment.ts'

/** The server did not start; the message holds the end of its log. */
export class MotoError extends Error {
  override readonly name = 'MotoError'
}

export interface Moto {
  /** `http://127.0.0.1:<port>`, of all services. */
  readonly endpoint: string
  /** What every client of it is made with; the credentials are no secret, for nobody checks them. */
  readonly clientOptions: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  /** Ends it, with all that it held. */
  close(): Promise<void>
}

const Started = z.object({ port: z.int() })

/**
 * Starts a server of one's own. State machines run in it, states that submit Batch jobs and wait for them too. It runs no
 * job and no function itself: the hooks do, or else jobs succeed, and functions give back what they got.
 * @throws MotoError, PythonEnvironmentError
 * @example const moto = await startMoto(); const client = new S3Client({ ...moto.clientOptions, forcePathStyle: true })
 */
export async function startMoto(hooks: MotoHooks = {}): Promise<Moto> {
  const ask = await startMotoAsk(hooks)
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-moto-'))
  const log = join(folder, 'server.log')
  const child = spawn(motoPython(), [join(import.meta.dirname, 'moto_server.py')], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      // It looks for no one's settings, and calls nothing but itself.
      HOME: folder,
      NO_PROXY: '*',
      AWS_EC2_METADATA_DISABLED: 'true',
      MOTO_ASK: ask.address,
    },
  })
  child.stderr.pipe(createWriteStream(log))
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const close = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    await ask.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const endpoint = `http://127.0.0.1:${await portOf(child, ended)}`
    await configure(endpoint)
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    return { endpoint, clientOptions: { endpoint, region: 'us-east-1', credentials }, close }
  } catch (error) {
    const tail = (await readFile(log, 'utf8').catch(() => '')).slice(-4000)
    await close()
    throw new MotoError(`moto did not start: ${error instanceof Error ? error.message : String(error)}\n${tail}`)
  }
}

async function portOf({ stdout }: ChildProcess, ended: Promise<void>): Promise<number> {
  if (stdout === null) throw new MotoError('its output is not read')
  const lines = createInterface({ input: stdout })
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    ended.then(() => undefined),
  ])
  if (line === undefined) throw new MotoError('it ended at once')
  return Started.parse(JSON.parse(line)).port
}

async function configure(endpoint: string): Promise<void> {
  const answer = await fetch(`${endpoint}/moto-api/config`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      stepfunctions: { execute_state_machine: true },
      batch: { use_docker: false },
      lambda: { use_docker: false },
    }),
  })
  if (!answer.ok) throw new MotoError(`it refuses its configuration with ${answer.status}`)
}
