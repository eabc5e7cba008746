/** A Hugging Face endpoint on the loopback interface that drafts nothing, and repeats the token in whatever way it can. */
import { createServer } from 'node:http'
import type { Canary } from './canaries.ts'
import type { Evidence } from './evidence.ts'
import { refusals } from './refusals.ts'

export interface FakeHub {
  readonly address: string
  /** How many requests there were. */
  asked(): number
  close(): Promise<void>
}

/** Where asking again would take long, it is not refused like that. */
const answers = refusals.filter(({ name }) => !/^(429|502)/.test(name))

/** Answers each request in another way. */
export async function startFakeHub(token: Canary, evidence: Evidence): Promise<FakeHub> {
  let asked = 0
  const server = createServer((request, response) => {
    const authorization = request.headers.authorization ?? ''
    evidence.sent(authorization, authorization === `Bearer ${token.value}` ? 'let in' : 'refused')
    const answer = answers[asked % answers.length]?.answer(authorization)
    asked += 1
    request.resume().on('end', () => {
      if (answer === undefined) request.socket.destroy()
      else response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    address: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/segment`,
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** So many drafts get every answer once. */
export const draftsForAllAnswers = answers.length
