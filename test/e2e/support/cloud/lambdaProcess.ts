/** A Lambda function of ours in a process of its own, with the environment that its deployment gives it and no other. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import type { Lines } from './lines.ts'

const root = join(import.meta.dirname, '../../../..')

export interface LambdaOptions {
  /** `edge`, `reactor`, `steps` or `timer`: a module of functions/cloud/. */
  readonly name: string
  readonly environment: Readonly<Record<string, string>>
  readonly lines: Lines
}

export interface LambdaProcess {
  /** @throws what the handler throws */
  invoke(event: unknown): Promise<unknown>
  close(): Promise<void>
}

const Answer = z.object({
  id: z.int(),
  result: z.unknown().optional(),
  error: z.object({ name: z.string(), message: z.string() }).optional(),
})

/** What AWS allows of an invocation's payload and of its answer, in bytes. */
export const largestPayload = 6 * 2 ** 20

export async function startLambda({ name, environment, lines }: LambdaOptions): Promise<LambdaProcess> {
  const child = fork(join(import.meta.dirname, 'lambdaRuntime.ts'), [join(root, `functions/cloud/${name}.ts`)], {
    env: { PATH: process.env.PATH, AWS_LAMBDA_FUNCTION_NAME: name, ...environment },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const ended = Promise.all([once(child, 'exit'), lines.hear(name, child)])
  await Promise.race([once(child, 'message'), ended.then(() => Promise.reject(new Error(`${name} did not start`)))])
  child.on('message', (message) => {
    const { id, result, error } = Answer.parse(message)
    const answer = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) answer?.resolve(result)
    else answer?.reject(Object.assign(new Error(error.message), { name: error.name }))
  })
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended before it answered`))
  })
  let invocations = 0
  return {
    invoke(event) {
      if (Buffer.byteLength(JSON.stringify(event)) > largestPayload)
        return Promise.reject(new RangeError(`Lambda takes no event of more than ${largestPayload} bytes`))
      const id = invocations++
      const answer = Promise.withResolvers<unknown>()
      waiting.set(id, answer)
      child.send({ id, event })
      return answer.promise
    },
    async close() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** How programs find moto in the place of AWS. */
export function awsEnvironment(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}
