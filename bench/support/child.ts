import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A measurement in a process of its own failed. */
export class ChildError extends Error {
  override readonly name = 'ChildError'
}

const tag = 'result '
const option = '--task'

/**
 * Runs a bench file again in a process of its own, so that its peak memory is that of one measurement.
 * @param script file URL of the bench; its `answerParent` is what answers
 * @throws ChildError with what the process printed
 */
export async function inChild(script: string, task: unknown): Promise<unknown> {
  const { pathname } = new URL(script)
  const { stdout } = await promisify(execFile)(process.execPath, [pathname, option, JSON.stringify(task)], {
    maxBuffer: 2 ** 24,
  }).catch((cause: Error) => {
    throw new ChildError(`measuring ${JSON.stringify(task)} failed: ${cause.message}`, { cause })
  })
  const line = stdout.split('\n').find((text) => text.startsWith(tag))
  if (line === undefined) throw new ChildError(`measuring ${JSON.stringify(task)} gave no result: ${stdout}`)
  return JSON.parse(line.slice(tag.length))
}

/** The task that this process was started for, undefined in the parent. */
export function givenTask(): unknown {
  const [, , name, text] = process.argv
  return name === option && text !== undefined ? JSON.parse(text) : undefined
}

export function answerParent(result: unknown): void {
  console.log(`${tag}${JSON.stringify(result)}`)
}
