import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../../../cli/main.ts')

/** How a command ended, and what it wrote. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface SixteenOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Called once, as soon as the output holds the text. */
  readonly when?: { readonly text: string; readonly act: (child: ChildProcess) => void }
}

/** Runs the command line in a process of its own, on the processor unless the environment says otherwise. */
export function sixteen(arguments_: readonly string[], { cwd, env, when }: SixteenOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...arguments_], {
    env: { ...process.env, SIXTEEN_DEVICE: 'cpu', NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  const written = { stdout: '', stderr: '', acted: false }
  const hear = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
    written[stream] += chunk.toString()
    if (when === undefined || written.acted || !(written.stdout + written.stderr).includes(when.text)) return
    written.acted = true
    when.act(child)
  }
  child.stdout.on('data', hear('stdout'))
  child.stderr.on('data', hear('stderr'))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout: written.stdout, stderr: written.stderr }))
  })
}

/** Whether a text holds lines of a stack trace, which nobody should be shown. */
export function hasStackTrace({ stdout, stderr }: Ended): boolean {
  return /^\s+at .*(:\d+:\d+|<anonymous>)/m.test(stdout + stderr) || /Napi::Error|node:internal/.test(stderr)
}
