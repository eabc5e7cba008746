import { spawn } from 'node:child_process'

export interface CommandOptions {
  readonly folder: string
  /** Milliseconds after which the command and everything that it started is ended. */
  readonly limit: number
  /** Also write the command's output to ours while it runs. */
  readonly show?: boolean
}

export interface CommandResult {
  /** 124 when the limit was reached, 127 when the command could not be started. */
  readonly exitCode: number
  /** Standard output and standard error, as they came. */
  readonly output: string
}

/** Runs a command to its end, without standard input. It never throws: a command that cannot start has failed. */
export function runCommand(
  command: string,
  arguments_: readonly string[],
  { folder, limit, show = false }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    // A process group of its own, so that what npm starts ends with it.
    const child = spawn(command, arguments_, { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: string[] = []
    const collect = (chunk: Buffer) => {
      chunks.push(chunk.toString())
      if (show) process.stdout.write(chunk)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const endGroup = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // The group has ended by itself in the meantime.
      }
    }
    // A group of its own does not hear ^C at our terminal.
    const interrupted = () => process.exit(130)
    const end = (exitCode: number) => {
      clearTimeout(timer)
      process.off('exit', endGroup).off('SIGINT', interrupted).off('SIGTERM', interrupted)
      resolve({ exitCode, output: chunks.join('') })
    }
    const timer = setTimeout(() => {
      collect(Buffer.from(`\n${command} ${arguments_.join(' ')} was ended after ${limit / 1000} s\n`))
      endGroup()
      end(124)
    }, limit)
    process.once('exit', endGroup).once('SIGINT', interrupted).once('SIGTERM', interrupted)
    child.on('error', (error) => {
      collect(Buffer.from(`${error.message}\n`))
      end(127)
    })
    child.on('close', (code) => end(code ?? 124))
  })
}
