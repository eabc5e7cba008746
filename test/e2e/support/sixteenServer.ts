import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { ProjectDefaults } from '../../../schemas/projectDefaults.ts'

const program = join(import.meta.dirname, 'serveProcess.ts')

export interface SixteenServerOptions {
  readonly folder: string
  readonly labelStudio: { readonly address: string; readonly token: string }
  readonly accessKey?: string
  readonly huggingFaceToken?: string
  readonly port?: number
  readonly defaults?: Partial<ProjectDefaults>
}

export interface SixteenServer {
  readonly address: string
  readonly port: number
  readonly folder: string
  readonly accessKey: string | undefined
  /** Everything it logged so far. */
  readonly lines: readonly string[]
  /** Resolves with the first line that fits, of those logged from now on. @throws when the process ends before */
  said(pattern: RegExp): Promise<string>
  /** As a person ends it. */
  stop(): Promise<void>
  /** As a power cut ends it. */
  kill(): Promise<void>
}

/** A project that is small and impatient: three seeds, ten images. */
export const tinyDefaults: ProjectDefaults = {
  settings: { members: 2, samplesPerRun: 10, shardSize: 5, truncation: 1 },
  life: { seedCount: 3, debounceSeconds: 1, publishShare: 0.6, retrainAfter: 1, seedPool: { from: 100, size: 3 } },
}

/** Starts a server process, and waits until it serves. */
export async function startSixteen({ defaults, port = 0, ...options }: SixteenServerOptions): Promise<SixteenServer> {
  const merged = {
    settings: { ...tinyDefaults.settings, ...defaults?.settings },
    life: { ...tinyDefaults.life, ...defaults?.life },
  }
  const argument = JSON.stringify({ ...options, port, defaults: merged, leaseSeconds: 4 })
  const child = spawn(process.execPath, [program, argument], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  const hear = (line: string): void => {
    lines.push(line)
    for (const listener of listeners) listener(line)
  }
  createInterface({ input: child.stdout }).on('line', hear)
  createInterface({ input: child.stderr }).on('line', hear)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const said = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const listener = (line: string): void => {
        if (!pattern.test(line)) return
        listeners.delete(listener)
        resolve(line)
      }
      listeners.add(listener)
      void ended.then(() =>
        reject(new Error(`the server ended before it said ${pattern}:\n${lines.slice(-15).join('\n')}`)),
      )
    })
  const address = Address.parse(JSON.parse(await said(/"sixteen serves"/))).address
  return {
    address,
    port: Number(new URL(address).port),
    folder: options.folder,
    accessKey: options.accessKey,
    lines,
    said,
    stop: () => end(child, 'SIGTERM', ended),
    kill: () => end(child, 'SIGKILL', ended),
  }
}

const Address = z.object({ address: z.string() })

async function end(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  await ended
}
