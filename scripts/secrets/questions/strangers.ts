/** Requests with wrong keys, and with right ones where none belongs. */
import { basic, type Question } from '../asking.ts'
import type { Canaries } from '../canaries.ts'

/** Keys that open nothing. */
export function wrongKeys({ wrong, accessKey }: Canaries, project: string): readonly Question[] {
  const macs = `label-studio-${project}.${wrong.projectMac.value.slice(0, 24)}`
  const ask = (what: string, path: string, headers: Readonly<Record<string, string>>, answer: number): Question => ({
    what,
    path,
    headers,
    answers: [answer],
  })
  return [
    ask('a path with a wrong key', `/k/${wrong.key.value}/setup`, {}, 404),
    ask('a path with the beginning of the key', `/k/${encodeURI(accessKey.value.slice(0, 16))}/setup`, {}, 404),
    ask('a path with a wrong key of a project', `/k/${macs}/versions`, {}, 404),
    ask('a wrong password', '/api/projects', basic(wrong.key.value), 401),
    ask('a wrong key of a project as password', '/api/projects', basic(macs), 401),
    ask('a secret as user', '/api/projects', basic('', wrong.login.value), 401),
    ask('a password that is not in base64', '/', { Authorization: `Basic ${wrong.key.value}:` }, 401),
    ask('a bearer token', '/api/projects', { Authorization: `Bearer ${wrong.bearer.value}` }, 401),
    ask('the access key as bearer token', '/', { Authorization: `Bearer ${encodeURI(accessKey.value)}` }, 401),
    ask('a cookie', '/', { Cookie: `session=${wrong.cookie.value}` }, 401),
    ask('a key in the query', `/api/projects?key=${wrong.query.value}`, {}, 401),
    ask('the access key in the query', `/health?key=${encodeURIComponent(accessKey.value)}`, {}, 200),
    ask('the access key in the query of a page', `/?key=${encodeURIComponent(accessKey.value)}`, {}, 401),
    ask('nothing', '/docs', {}, 401),
  ]
}

/** Right keys at addresses that lead nowhere, or not to where they seem to. */
export function strayKeys(key: string): readonly Question[] {
  const written = encodeURI(key)
  const ask = (what: string, path: string, more: Partial<Question> = {}): Question => ({
    what,
    path,
    answers: [404],
    ...more,
  })
  const headers = basic(key)
  const paths: readonly (readonly [string, string])[] = [
    ['a path in capitals', `/K/${written}/health`],
    ['a path with doubled slashes', `//k//${written}/health`],
    ['a path with an escaped k', `/%6b/${written}/nothing`],
    ['a path with an escaped slash', `/k%2F${written}/health`],
    ['a path with two escaped slashes', `/k%2f${written}%2fhealth`],
    ['a path with a twice escaped slash', `/k%252F${written}/health`],
    ['a path with a backslash', `/k%5C${written}/health`],
    ['a path with a dot', `/./k/./${written}/nothing`],
    ['a path below another', `/api/k/${written}/projects`],
    ['a page below another', `/projects/k/${written}`],
  ]
  return [
    ask('GET /k/<key>', `/k/${written}`),
    ask('GET /k/<key>/', `/k/${written}/`),
    ask('GET /k/<key>/nothing', `/k/${written}/nothing`),
    ask('DELETE /k/<key>/setup', `/k/${written}/setup`, { method: 'DELETE' }),
    ask('GET /k/<key>/k/<key>/setup', `/k/${written}/k/${written}/setup`),
    ask('GET /k/<key>/openapi.json', `/k/${written}/openapi.json`),
    ask('GET /k/<key>/api/projects', `/k/${written}/api/projects`),
    ask('an escape that is none', `/k/${written}/%E0%A4%A`),
    ...paths.map(([what, path]) => ask(what, path, { headers, answers: [400, 403, 404] })),
    ask('a page with the key in its Referer', '/docs', {
      headers: { ...headers, Referer: `http://127.0.0.1/k/${written}/` },
      answers: [200],
    }),
    ask('a page of another site', '/api/projects/label-studio/1/start', {
      method: 'POST',
      headers: { ...headers, Origin: `http://${Buffer.from(key).toString('hex')}.example.org` },
      answers: [403],
    }),
  ]
}

/** What no HTTP client would send. */
export function rawRequests(key: string): readonly { readonly what: string; readonly text: string }[] {
  const written = encodeURI(key)
  const { Authorization } = basic(key)
  return [
    {
      what: 'a host that is none',
      text: `GET /k/${written}/health HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n`,
    },
    { what: 'no host', text: `GET /k/${written}/health HTTP/1.1\r\nAuthorization: ${Authorization}\r\n\r\n` },
    { what: 'no request', text: `${written} ${written}\r\n\r\n` },
    {
      what: 'a whole address',
      text: `GET http://a:${written}@127.0.0.1/k/${written}/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    },
    {
      what: 'an address of another kind',
      text: `GET *${written} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${Authorization}\r\nConnection: close\r\n\r\n`,
    },
    {
      what: 'a header that is none',
      text: `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${written}\r\nAuthorization: ${Authorization}\r\n\r\n`,
    },
    {
      what: 'a body in broken chunks',
      text: `POST /k/${written}/setup HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${written}`,
    },
  ]
}
