import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openRuntimeApi, RuntimeError } from './runtimeApi.ts'

export interface Function {
  /** The interface client. */
  readonly client: string
  /** With `index.mjs`, whose `handler` it is. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
}

export interface ColdStart {
  /** From the start of the process to its asking for the first event. */
  readonly initialization: number
  /** Of each event, from its leaving to its answer. All times in milliseconds. */
  readonly invocations: readonly { readonly milliseconds: number; readonly answer: string }[]
}

/**
 * Starts a function in a process of its own, hands it some events, and ends it.
 * @throws RuntimeError where it does not answer
 */
export async function coldStart(
  { client, folder, environment }: Function,
  events: readonly unknown[],
): Promise<ColdStart> {
  const api = await openRuntimeApi(events)
  const startedAt = performance.now()
  const child = spawn(process.execPath, [client, 'index.handler'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
      AWS_LAMBDA_FUNCTION_NAME: 'bench',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bench',
      AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_REGION: 'eu-central-1',
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: 'index.handler',
      ...environment,
    },
  })
  // After its last words.
  const ended = once(child, 'close')
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  try {
    const early = ended.then(([code]) => {
      throw new RuntimeError(`the function ended with ${code} before all events were answered: ${errors.slice(-2000)}`)
    })
    const { readyAt, invocations } = await Promise.race([api.done, early])
    return { initialization: readyAt - startedAt, invocations }
  } finally {
    child.kill('SIGKILL')
    await ended
    await api.close()
  }
}
