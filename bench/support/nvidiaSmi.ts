import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'

/** The graphics processor and its driver; undefined where NVIDIA's tool is not there. */
export function describeGpu(): string | undefined {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

export interface GpuUse {
  /** Mean share of the time in which a kernel ran, 0..1. */
  readonly busy: number
  /** Largest memory in use, by all programs, in bytes. */
  readonly memoryBytes: number
}

/** Watches the graphics processor ten times a second. @returns ends the watch; undefined where nothing was seen */
export function watchGpu(): () => GpuUse | undefined {
  const query = ['--query-gpu=utilization.gpu,memory.used', '--format=csv,noheader,nounits', '--loop-ms=100']
  const seen: { readonly busy: number; readonly memory: number }[] = []
  const child = spawn('nvidia-smi', query, { stdio: ['ignore', 'pipe', 'ignore'] })
  child.on('error', () => undefined)
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [busy = Number.NaN, memory = Number.NaN] = line.split(',').map(Number)
    if (Number.isFinite(busy) && Number.isFinite(memory)) seen.push({ busy: busy / 100, memory: memory * 2 ** 20 })
  })
  return () => {
    child.kill()
    if (seen.length === 0) return undefined
    return {
      busy: seen.reduce((sum, { busy }) => sum + busy, 0) / seen.length,
      memoryBytes: Math.max(...seen.map(({ memory }) => memory)),
    }
  }
}
