/** How servers, and the proxies before them, say no while they repeat the request's Authorization header. */

export interface RefusalAnswer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Refusal {
  readonly name: string
  /** Whether it says for sure that nothing was done. */
  readonly definite: boolean
  /** @returns undefined for a connection that is cut */
  answer(authorization: string): RefusalAnswer | undefined
}

const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): RefusalAnswer => ({
  status,
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', ...headers },
})
const page = (status: number, text: string): RefusalAnswer => ({
  status,
  body: `<!doctype html><title>Error</title><h1>${text}</h1>`,
  headers: { 'Content-Type': 'text/html' },
})
const echo = (authorization: string): string => `The request had the header Authorization: ${authorization}`

/** The second half of the token lies behind what is usually repeated of an answer, wherever exactly that ends. */
function atTheCut(authorization: string, length: number): string {
  const token = authorization.slice(authorization.lastIndexOf(' ') + 1)
  return `${'x'.repeat(length - Math.floor(token.length / 2) - 1)} ${token}`
}

export const refusals: readonly Refusal[] = [
  {
    name: '401 with the header in its detail',
    definite: true,
    answer: (authorization) => json(401, { detail: echo(authorization) }, { 'WWW-Authenticate': authorization }),
  },
  {
    name: '403 with the header in the errors of validation',
    definite: true,
    answer: (authorization) =>
      json(403, { detail: 'Not allowed', validation_errors: { headers: [{ Authorization: [authorization] }] } }),
  },
  {
    name: '400 with the header in tags',
    definite: true,
    answer: (authorization) => json(400, { detail: `<pre>${authorization}</pre> [1, 2] ${authorization}` }),
  },
  ...[600, 200, 1000, 2000].map((length) => ({
    name: `400 with the token across character ${length}`,
    definite: true,
    answer: (authorization: string) => json(400, { detail: atTheCut(authorization, length) }),
  })),
  {
    name: '400 with the header URL-encoded',
    definite: true,
    answer: (authorization) => json(400, { detail: `?authorization=${encodeURIComponent(authorization)}` }),
  },
  {
    name: '400 with the headers as JSON',
    definite: true,
    answer: (authorization) => json(400, { detail: JSON.stringify({ headers: { Authorization: authorization } }) }),
  },
  {
    name: '405 as a web page',
    definite: true,
    answer: (authorization) => page(405, echo(authorization)),
  },
  {
    name: 'a redirect with the header in its target',
    definite: true,
    answer: (authorization) => {
      const token = encodeURIComponent(authorization)
      return { status: 302, body: '', headers: { Location: `/login/${token}/?next=${token}#${token}` } }
    },
  },
  {
    name: '200 with something else',
    definite: false,
    answer: (authorization) => json(200, { id: authorization, [authorization]: authorization, tasks: authorization }),
  },
  {
    name: '200 as a web page',
    definite: false,
    answer: (authorization) => page(200, echo(authorization)),
  },
  {
    name: '500 with a trace',
    definite: false,
    answer: (authorization) => json(500, { detail: 'Traceback', validation_errors: [{ META: authorization }] }),
  },
  {
    name: '502 as a web page',
    definite: false,
    answer: (authorization) => page(502, echo(authorization)),
  },
  {
    name: '429 that asks to wait',
    definite: false,
    answer: (authorization) => json(429, { detail: echo(authorization) }, { 'Retry-After': '1' }),
  },
  { name: 'a connection that is cut', definite: false, answer: () => undefined },
]
