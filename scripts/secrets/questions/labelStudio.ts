/** Everything that a Label Studio server asks of a backend, with secrets wherever one can stand. */
import type { Question } from '../asking.ts'
import type { Canaries } from '../canaries.ts'

const actions = [
  'ANNOTATION_CREATED',
  'ANNOTATIONS_CREATED',
  'ANNOTATION_UPDATED',
  'ANNOTATIONS_DELETED',
  'TASKS_CREATED',
  'TASKS_DELETED',
  'PROJECT_UPDATED',
  'LABEL_LINK_CREATED',
  'START_TRAINING',
  'SOMETHING_NEW',
]
const legacy = ['/train', '/job_status', '/validate', '/delete', '/duplicate_model']
const withBody = ['/setup', '/predict', '/webhook', '/train', '/job_status']

export interface Door {
  /** For people. */
  readonly name: string
  /** What stands before the path. */
  readonly prefix: string
  readonly headers: Readonly<Record<string, string>>
}

/** Calls as they come in good order. @param labelConfig of the project */
export function labelStudioCalls(
  { wrong }: Canaries,
  { name, prefix, headers }: Door,
  project: string,
  labelConfig: string,
): readonly Question[] {
  const ask = (path: string, body?: object): Question => ({
    what: `${body === undefined ? 'GET' : 'POST'} ${path.split('?')[0]} ${name}`,
    path: prefix + path,
    headers,
    answers: [200],
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  const setup = {
    project: `${project}.1795377060`,
    schema: labelConfig,
    hostname: 'http://127.0.0.1',
    access_token: wrong.setupToken.value,
    extra_params: { password: wrong.extra.value },
  }
  const predict = (context: object | null) => ({
    project,
    label_config: labelConfig,
    tasks: [{ id: 1, data: { sample: 'avatars-s100-t0.7', image: `/data/?token=${wrong.extra.value}` } }],
    params: { login: wrong.login.value, password: wrong.password.value, context },
  })
  const webhook = (action: string) => ({
    action,
    annotation: { id: 1, result: [], completed_by: { token: wrong.webhookToken.value } },
    task: { id: 1, data: { token: wrong.webhookToken.value } },
    project: { id: Number(project), label_config: labelConfig, token: wrong.webhookToken.value },
  })
  return [
    ask('/health'),
    ask('/versions'),
    ask('/setup', setup),
    ask('/predict', predict(null)),
    ask('/predict', predict({ result: [{ token: wrong.password.value }] })),
    ...actions.map((action) => ask('/webhook', webhook(action))),
    ask(`/is_training?project=${project}&token=${wrong.query.value}`),
    ...legacy.map((path) => ask(path, { project, token: wrong.extra.value })),
  ]
}

/** Calls with bodies that are not what they should be. */
export function brokenCalls(
  { wrong }: Canaries,
  { name, prefix, headers }: Door,
  project: string,
): readonly Question[] {
  const post = (path: string, what: string, body: string, answers: readonly number[]): Question => ({
    what: `POST ${path} ${name} with ${what}`,
    method: 'POST',
    path: prefix + path,
    headers,
    body,
    answers,
  })
  const { malformed, misfit, oversized } = wrong
  const tooLarge = (bytes: number): string =>
    JSON.stringify({ project, action: 'ANNOTATION_CREATED', token: oversized.value, rest: 'x'.repeat(bytes) })
  const misfits = {
    project: { token: misfit.value },
    action: [misfit.value],
    tasks: misfit.value,
    job: [misfit.value],
    [misfit.value]: misfit.value,
  }
  return [
    ...withBody.flatMap((path) => [
      post(path, 'half of a body', `{"project": ${project}, "access_token": "${malformed.value}`, [400]),
      post(path, 'something before a body', `${malformed.value} {"project": ${project}}`, [400]),
      post(path, 'a body that does not fit', JSON.stringify(misfits), [400]),
      post(path, 'a text for a body', JSON.stringify(misfit.value), [400]),
    ]),
    post('/setup', 'a large body', tooLarge(2 ** 21), [413]),
    post('/predict', 'a large body', tooLarge(65 * 2 ** 20), [413]),
    post('/webhook', 'a large body', tooLarge(33 * 2 ** 20), [200]),
  ]
}
