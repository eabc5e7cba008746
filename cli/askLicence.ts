import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { longestLicence } from '../schemas/generator.ts'

export interface Terminal {
  readonly input: Readable
  readonly output: Writable
}

/**
 * Asks what is known of a checkpoint's licence.
 * @returns what was typed; null where that is nothing
 * @throws the signal's reason
 */
export async function askLicence({ input, output }: Terminal, signal: AbortSignal): Promise<string | null> {
  const terminal = createInterface({ input, output })
  // In a terminal's own mode ^C is a character: the process never hears of it.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const ended = once(terminal, 'close').then(() => '')
    const question =
      'Most public checkpoints may be used for research only, not commercially, and so may what they make.\n' +
      'What is the licence of this one? (it is kept as a note; Enter for none) '
    const answer = await Promise.race([terminal.question(question, { signal }), ended])
    return answer.trim() === '' ? null : answer.trim().slice(0, longestLicence)
  } catch (error) {
    signal.throwIfAborted()
    // ^D is no answer.
    if (error instanceof Error && error.name === 'AbortError') return null
    throw error
  } finally {
    terminal.close()
  }
}
