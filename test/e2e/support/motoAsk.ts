/** What moto asks a test: what comes of the Batch jobs and Lambda functions that it only pretends to have. */
import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import { type Loopback, listenOnLoopback } from '../../support/loopback.ts'

/** A container as Batch would start it. */
export interface BatchJob {
  readonly name: string
  readonly definition: string
  readonly command: readonly string[]
  /** Of definition and submission together; a child of an array has AWS_BATCH_JOB_ARRAY_INDEX, too. */
  readonly environment: Readonly<Record<string, string>>
}

export interface MotoHooks {
  /** Does a job's work while it is being submitted; children of an array come one after another. @returns whether it succeeds */
  readonly job?: (job: BatchJob) => Promise<boolean>
  /** Answers an invocation; what it throws is the function's error. Without it functions give back what they got. */
  readonly invoke?: (name: string, payload: unknown) => Promise<unknown>
}

const Question = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('job'),
    name: z.string(),
    definition: z.string(),
    command: z.array(z.string()),
    environment: z.record(z.string(), z.string()),
  }),
  z.object({ kind: z.literal('function'), name: z.string(), payload: z.unknown() }),
])

export async function startMotoAsk(hooks: MotoHooks): Promise<Loopback> {
  const server = createServer((request, response) => {
    void answer(hooks, request).then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  return await listenOnLoopback(server)
}

async function answer({ job, invoke }: MotoHooks, request: IncomingMessage): Promise<string> {
  const question = Question.parse(await json(request))
  if (question.kind === 'job') return JSON.stringify({ succeeds: (await job?.(question)) ?? true })
  if (invoke === undefined) return JSON.stringify({ result: question.payload })
  try {
    return JSON.stringify({ result: (await invoke(question.name, question.payload)) ?? null })
  } catch (error) {
    // As Lambda's runtime tells of what a handler throws.
    const [errorType, errorMessage] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)]
    return JSON.stringify({ error: { errorType, errorMessage } })
  }
}
