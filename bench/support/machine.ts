import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'

/** What a measurement was made on, for people to compare: model of the processor, cores, memory, version of Node. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  return `${model}, ${availableParallelism()} cores, ${memory} GiB, ${process.platform}, Node ${process.version}`
}

/** The kernel does not tell a process's peak memory. */
export class PeakMemoryError extends Error {
  override readonly name = 'PeakMemoryError'
}

/** Largest resident memory that this process has had, in bytes (VmHWM). @throws PeakMemoryError where /proc is missing */
export function peakMemory(): number {
  const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  if (found === null) throw new PeakMemoryError('/proc/self/status has no VmHWM: peak memory is measured on Linux only')
  return Number(found[1]) * 1024
}

/** A number of bytes for a table of GiB. */
export function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(2)
}
