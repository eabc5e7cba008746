/** What moto asks a test: what comes of the Batch jobs and Lambda functions that it only pretends to have. */
import { createServer, type IncomingMessage } from 'node:http'
import { z } from 'zod'

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

export interface MotoAsk {
  readonly address: string
  close(): Promise<void>
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

export async function startMotoAsk(hooks: MotoHooks): Promise<MotoAsk> {
  const server = createServer((request, response) => {
    void answer(hooks, request).then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    address: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer({ job, invoke }: MotoHooks, request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const question = Question.parse(JSON.parse(Buffer.concat(chunks).toString()))
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
