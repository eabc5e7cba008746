/** The project API and the pages, as people and their programs ask them. */
import { basic, type Question } from '../asking.ts'
import type { Canaries } from '../canaries.ts'

/** What is open to the access key. @param names of projects that have been looked at */
export function openQuestions({ accessKey, wrong }: Canaries, names: readonly string[]): readonly Question[] {
  const headers = basic(accessKey.value)
  const get = (path: string, answer = 200): Question => ({ what: `GET ${path}`, path, headers, answers: [answer] })
  const stream = (path: string): Question => ({ ...get(path), stream: true })
  return [
    ...['/', '/projects/live', '/docs', '/openapi.json', '/metrics', '/api/projects'].map((path) => get(path)),
    stream('/projects/events'),
    get('/projects/label-studio-999', 404),
    get('/projects/label-studio-999/live', 404),
    get('/api/nothing', 404),
    { ...get(`/?state=${wrong.query.value}`), what: 'a page with a secret in its query' },
    ...names.flatMap((name) => {
      const api = `/api/projects/${name.replace(/-(?=\d+$)/, '/')}`
      return [
        get(`/projects/${name}`),
        get(`/projects/${name}/live`),
        stream(`/projects/${name}/events`),
        get(api),
        get(`${api}/settings`),
        get(`${api}/runs`),
        get(`${api}/runs/sixteen-v9`, 404),
        get(`${api}/runs/sixteen-v9/report`, 404),
        get(`${api}/runs/sixteen-v9/images/avatars-s100-t0.7.png`, 404),
        get(`${api}/runs/sixteen-v9/labels/avatars-s100-t0.7.png`, 404),
      ]
    }),
  ]
}

/** What changes something, in good order and not. */
export function changes({ accessKey, wrong }: Canaries, project: string): readonly Question[] {
  const api = `/api/projects/label-studio/${project}`
  const headers = basic(accessKey.value)
  const change = (method: string, path: string, answer: number, what = '', body?: string): Question => ({
    what: `${method} ${api}${path}${what}`,
    method,
    path: api + path,
    headers,
    answers: [answer],
    ...(body === undefined ? {} : { body }),
  })
  const { malformed, misfit, oversized, urlPassword } = wrong
  const withPassword = { model: 'a/b', labels: {}, endpoint: `https://someone:${urlPassword.value}@127.0.0.1/` }
  return [
    change('PATCH', '/settings', 200, '', JSON.stringify({ life: { retrainAfter: 5 } })),
    change('PATCH', '/settings', 400, ' with half of a body', `{"life": {"token": "${malformed.value}`),
    change('PATCH', '/settings', 400, ' with a misfit', JSON.stringify({ life: { seedCount: misfit.value } })),
    change('PATCH', '/settings', 400, ' with a password', JSON.stringify({ life: { drafts: withPassword } })),
    change('PATCH', '/settings', 413, ' with a large body', JSON.stringify([oversized.value, 'x'.repeat(2 ** 21)])),
    change('PUT', '/serving', 202, '', JSON.stringify({ version: 'sixteen-v0' })),
    change('PUT', '/serving', 400, ' with a misfit', JSON.stringify({ version: misfit.value })),
    change('PUT', '/serving', 400, ' with half of a body', `{"version": "${malformed.value}`),
    change('DELETE', '/predictions/sixteen-v0', 202),
    change('POST', '/start', 202),
    change('POST', '/runs/sixteen-v9/stop', 404),
    change('POST', '/runs/sixteen-v9/retry', 404),
  ]
}

/** What the key of one project opens, and what it does not. */
export function narrowQuestions({ projectKeys }: Canaries, project: string, other: string): readonly Question[] {
  const headers = basic(projectKeys.get(project)?.value ?? '')
  const ask = (path: string, answer: number): Question => ({
    what: `GET ${path} with the key of project ${project}`,
    path,
    headers,
    answers: [answer],
  })
  return [
    ask(`/api/projects/label-studio/${project}`, 200),
    ask(`/api/projects/label-studio/${project}/settings`, 200),
    ask(`/projects/label-studio-${project}`, 200),
    ask(`/api/projects/label-studio/${other}`, 403),
    ask(`/projects/label-studio-${other}`, 403),
    ask('/api/projects', 403),
    ask('/metrics', 403),
    ask('/', 403),
  ]
}
