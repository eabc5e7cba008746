/** Starts a real Label Studio server on the loopback interface, for tests and the demo. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { copyTemplate, labelStudioProgram, labelStudioTemplate } from './label-studio-environment.ts'
import {
  type ServerAccount,
  type ServerEnvironmentOptions,
  serverEnvironment,
} from './label-studio-server-environment.ts'

/** A server that did not start; the message holds the end of its log. */
export class LabelStudioServerError extends Error {
  override readonly name = 'LabelStudioServerError'
}

export interface LabelStudioServerOptions extends Omit<ServerEnvironmentOptions, 'account'> {
  /** Everything the server keeps, its account included. A folder that is absent or empty begins with a fresh database. */
  readonly dataFolder: string
  /** @default a free one */
  readonly port?: number
  /** The `label-studio` command. @default the one of the project's own environment, or SIXTEEN_LABEL_STUDIO */
  readonly program?: string
  /** Data folder to begin with. @default one made once for the program */
  readonly templateFolder?: string
}

export interface LabelStudioServer extends ServerAccount {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  readonly address: string
  /** Of the server's log file. */
  readonly log: string
  /** Ends it, and waits until it has ended. */
  stop(): Promise<void>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts it again, with the same data, address and account; stops it before, if it runs. */
  restart(): Promise<void>
}

/** A first start on a slow machine takes most of a minute. */
const startLimit = 180_000
const stopLimit = 15_000

/**
 * Starts a server and waits until it answers.
 * @throws LabelStudioServerError with the end of its log
 * @example const server = await startLabelStudio({ dataFolder: join(folder, 'label-studio') })
 */
export async function startLabelStudio(options: LabelStudioServerOptions): Promise<LabelStudioServer> {
  const { dataFolder, program = labelStudioProgram(), port = await freePort() } = options
  if (!existsSync(dataFolder) || readdirSync(dataFolder).length === 0) {
    copyTemplate(options.templateFolder ?? labelStudioTemplate(program), dataFolder)
  }
  const account = accountIn(dataFolder)
  const address = `http://127.0.0.1:${port}`
  const log = join(dataFolder, 'server.log')
  const run = async () => {
    const started = launch({ program, port, log, environment: serverEnvironment({ ...options, account }) })
    try {
      await untilReady(started, { address, log, token: account.token })
    } catch (error) {
      await started.end('SIGKILL')
      throw error
    }
    return started
  }
  let server = await run()
  return {
    ...account,
    address,
    log,
    stop: () => server.end('SIGTERM'),
    kill: () => server.end('SIGKILL'),
    restart: async () => {
      await server.end('SIGTERM')
      server = await run()
    },
  }
}

const Account = z.object({ email: z.string(), password: z.string(), token: z.string() })

/** The account that a data folder was begun with; made on its first use, for the server takes no other later. */
function accountIn(dataFolder: string): ServerAccount {
  const file = join(dataFolder, 'account.json')
  if (existsSync(file)) return Account.parse(JSON.parse(readFileSync(file, 'utf8')))
  const account: ServerAccount = {
    email: 'annotator@example.org',
    password: randomBytes(12).toString('hex'),
    token: randomBytes(20).toString('hex'),
  }
  writeFileSync(file, JSON.stringify(account), { mode: 0o600 })
  return account
}

interface Launched {
  readonly child: ChildProcess
  /** Undefined while it runs. */
  exit(): string | undefined
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

interface LaunchOptions {
  readonly program: string
  readonly port: number
  readonly log: string
  readonly environment: Record<string, string>
}

function launch({ program, port, log, environment }: LaunchOptions): Launched {
  const output = openSync(log, 'a')
  const arguments_ = ['start', '--no-browser', '--internal-host', '127.0.0.1', '--port', String(port)]
  // A group of its own, so that whatever it starts ends with it.
  const child = spawn(program, arguments_, { env: environment, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  let ended: string | undefined
  const signal = (name: NodeJS.Signals) => {
    if (child.pid === undefined || ended !== undefined) return
    try {
      process.kill(-child.pid, name)
    } catch {
      // It has ended by itself in the meantime.
    }
  }
  const killed = () => signal('SIGKILL')
  // A group of its own does not hear of signals to us. Whoever listens to them decides when we end; else we do now.
  const interrupted = (name: NodeJS.Signals) => {
    if (process.listenerCount(name) === 0) process.exit(name === 'SIGINT' ? 130 : 143)
  }
  process.once('exit', killed).once('SIGINT', interrupted).once('SIGTERM', interrupted)
  const closed = new Promise<void>((resolve) => {
    const end = (reason: string) => {
      ended ??= reason
      process.off('exit', killed).off('SIGINT', interrupted).off('SIGTERM', interrupted)
      resolve()
    }
    child.on('error', (error) => end(error.message))
    child.on('close', (code, name) => end(`it ended with ${name ?? `exit code ${code}`}`))
  })
  return {
    child,
    exit: () => ended,
    end: async (name) => {
      signal(name)
      const timer = setTimeout(killed, stopLimit)
      await closed
      clearTimeout(timer)
    },
  }
}

async function untilReady(
  launched: Launched,
  { address, log, token }: { readonly address: string; readonly log: string; readonly token: string },
): Promise<void> {
  const begun = Date.now()
  const failed = (why: string) =>
    new LabelStudioServerError(`Label Studio did not start at ${address}: ${why}. The end of ${log}:\n${tail(log)}`)
  for (;;) {
    const exit = launched.exit()
    if (exit !== undefined) throw failed(exit)
    // It moves to the next port where this one is taken, and says so nowhere else.
    if (/Port \d+ is in use/.test(tail(log))) throw failed('the port is taken by another program')
    if (await answers(address, token)) return
    if (Date.now() - begun > startLimit) throw failed(`no answer after ${startLimit / 1000} s`)
    await pause(250)
  }
}

/** Whether the server answers, and is ours: no other knows the token, which is a new one. */
async function answers(address: string, token: string): Promise<boolean> {
  try {
    const health = await fetch(`${address}/health`, { signal: AbortSignal.timeout(2_000) })
    if (!health.ok) return false
    const headers = { Authorization: `Token ${token}` }
    const who = await fetch(`${address}/api/current-user/whoami`, { headers, signal: AbortSignal.timeout(30_000) })
    return who.ok
  } catch {
    return false
  }
}

function tail(log: string): string {
  return readFileSync(log, 'utf8').slice(-4000)
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer()
  return await new Promise((resolve, reject) => {
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port)
        else reject(new LabelStudioServerError('no free port on the loopback interface'))
      })
    })
  })
}
