/** Asks a server of ours, and keeps what it answers, headers included. */
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { CheckError, type Evidence } from './evidence.ts'

export interface Question {
  /** Names it in findings: it may hold no secret. */
  readonly what: string
  /** @default GET */
  readonly method?: string
  /** As it goes over the wire: percent-encoded already. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The statuses that it is answered with. */
  readonly answers: readonly number[]
  /** Only the beginning of the answer is read: it has no end. */
  readonly stream?: boolean
}

export interface Asker {
  /** @returns the body. @throws CheckError where the status is another */
  ask(question: Question): Promise<string>
  /** Sends bytes as they are, and keeps what comes until the connection ends. */
  askRaw(what: string, text: string): Promise<void>
}

const limit = 20_000

export function openAsker(server: string, address: string, evidence: Evidence): Asker {
  const { hostname, port } = new URL(address)
  return {
    async ask({ what, method = 'GET', path, headers = {}, body, answers, stream = false }) {
      const lengths = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
      const type = body === undefined ? {} : { 'Content-Type': 'application/json' }
      const sent = request({ hostname, port, path, method, headers: { ...type, ...lengths, ...headers }, agent: false })
      sent.setTimeout(limit, () => sent.destroy(new CheckError(`${server}, ${what}: no answer`)))
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        sent.on('response', resolve).on('error', reject).end(body)
      })
      const content = await read(answer, stream)
      sent.destroy()
      const status = answer.statusCode ?? 0
      evidence.keep('response', {
        name: `${server}: the answer ${status} to ${what}`,
        content: `${answer.statusMessage}\n${answer.rawHeaders.join('\n')}\n${content}`,
      })
      const whole = [path, ...Object.values(headers), body ?? ''].join('\n')
      evidence.sent(whole, status >= 200 && status < 300 ? 'let in' : 'refused')
      if (!answers.includes(status)) {
        const shown = evidence.isClean(content) ? `: ${content.slice(0, 300)}` : ''
        throw new CheckError(`${server}: ${what} was answered ${status}, not ${answers.join(' or ')}${shown}`)
      }
      return content
    },
    askRaw: (what, text) =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => socket.write(text))
        const chunks: Buffer[] = []
        socket.setTimeout(2000, () => socket.destroy())
        socket.on('data', (chunk) => chunks.push(chunk))
        socket.on('error', reject)
        socket.on('close', () => {
          evidence.keep('response', { name: `${server}: the answer to ${what}`, content: Buffer.concat(chunks) })
          evidence.sent(text, 'refused')
          resolve()
        })
      }),
  }
}

async function read(answer: IncomingMessage, stream: boolean): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) {
    chunks.push(Buffer.from(chunk))
    if (stream) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Basic authentication with a key as password. */
export function basic(key: string, user = 'sixteen'): Readonly<Record<string, string>> {
  return { Authorization: `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}` }
}
