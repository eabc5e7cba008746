/** A connection that goes wrong: stands between a client and a server of HTTP, and does to each call what a test says. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { listenOnLoopback } from '../../support/loopback.ts'

/** A call as it came. */
export interface RelayedCall {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As text. */
  readonly body: string
}

/** What becomes of a call; `undefined` lets it pass. */
export type Fault =
  | undefined
  /** It reaches the server, but the connection breaks before the answer. */
  | { readonly kind: 'lose-answer' }
  /** The answer's body breaks off in the middle. */
  | { readonly kind: 'cut-body' }
  /** One bit of the answer's body is another. */
  | { readonly kind: 'damage-body' }
  /** It reaches no server; this is the answer. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }

export interface Relay {
  readonly endpoint: string
  /** Decides about calls from now on. */
  inflict(fault: (call: RelayedCall) => Fault): void
  /** Calls that came since the last `inflict`. */
  readonly calls: readonly RelayedCall[]
  close(): Promise<void>
}

export async function startRelay(target: string): Promise<Relay> {
  let decide: (call: RelayedCall) => Fault = () => undefined
  const calls: RelayedCall[] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const { method = '', url: path = '', headers } = incoming
      const call = { method, path, headers, body: body.toString() }
      calls.push(call)
      const fault = decide(call)
      if (fault?.kind === 'answer') outgoing.writeHead(fault.status).end(fault.body)
      else pass(new URL(target), incoming, body, outgoing, fault)
    })
  })
  const { address, close } = await listenOnLoopback(server)
  return {
    endpoint: address,
    calls,
    inflict(fault) {
      calls.length = 0
      decide = fault
    },
    close,
  }
}

function pass(
  { hostname, port }: URL,
  incoming: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
  fault: Fault,
): void {
  const { method, url, headers } = incoming
  const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => {
      if (fault?.kind === 'lose-answer') return outgoing.destroy()
      const content = Buffer.concat(chunks)
      const first = content[0]
      if (fault?.kind === 'damage-body' && first !== undefined) content[0] = first ^ 1
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      if (fault?.kind !== 'cut-body') return outgoing.end(content)
      outgoing.write(content.subarray(0, content.length / 2), () => outgoing.destroy())
    })
  })
  onward.on('error', () => outgoing.destroy())
  onward.end(body)
}
