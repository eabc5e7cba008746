import type { Backend } from '../../schemas/labelStudio/api.ts'
import type { Notice } from '../../schemas/notice.ts'
import type { BackendUrl } from './backendUrl.ts'
import type { RefusedError } from './errors.ts'
import { redact } from './redaction.ts'

/** What goes on while Label Studio does not tell us. */
const meanwhile = 'Until then annotations are found by looking now and then.'
const addressSettings =
  'Start Label Studio with ML_BLOCK_LOCAL_IP=false and SSRF_PROTECTION_ENABLED=false, or with USE_DEFAULT_BANNED_SUBNETS=false'

const isReserved = ({ status, detail }: RefusedError) => status === 403 && /reserved/i.test(detail)

function notice(code: string, level: Notice['level'], ...sentences: string[]): Notice {
  return { code, level, message: sentences.join(' ').slice(0, 2000) }
}

/** A wrong key in a path is answered like any path that leads nowhere. */
const isNotLetIn = (detail: string) =>
  /authentication|credential|\b40[13] Client Error\b|\b404 Client Error: .*\/k\//i.test(detail)

/** Why Label Studio did not take our backend. */
export function backendRefused(error: RefusedError, { shown }: BackendUrl): Notice {
  if (isReserved(error)) {
    return notice(
      'backend-address-refused',
      'warning',
      `Label Studio refuses ${shown}, an address of this machine or of a private network.`,
      `${addressSettings}, then connect again.`,
      'Until then nothing is predicted on request, and annotations are found by looking now and then.',
    )
  }
  if (error.status === 400 && isNotLetIn(error.detail)) {
    return notice(
      'backend-unauthorized',
      'error',
      `Label Studio reached ${shown}, but was not let in: check the key in the address, or user and password, and that sixteen answers there.`,
    )
  }
  if (error.status === 400 && /can't connect|health check/i.test(error.detail)) {
    return notice(
      'backend-unreachable',
      'error',
      `Label Studio cannot reach ${shown}. The address must lead here from where Label Studio runs: inside a container,`,
      'localhost is the container itself; use host.docker.internal, or the name of the service. Is sixteen serving there?',
      `Label Studio says: ${error.detail}`,
    )
  }
  return notice(
    'backend-refused',
    'error',
    `Label Studio did not take ${shown} as a backend: ${error.detail}`,
    'Correct what it names, then connect again.',
  )
}

/** Label Studio does not know the host. */
export function backendNotFound({ shown }: BackendUrl): Notice {
  return notice(
    'backend-unreachable',
    'error',
    `Label Studio does not know the host in ${shown}: the name must be known where Label Studio runs.`,
    'Inside containers that is the name of the service; else try the IP address.',
  )
}

/** What the state of a registered backend means; undefined where all is well. */
export function stateNotice({ state, error_message }: Backend, { shown }: BackendUrl): Notice | undefined {
  const said = error_message ? ` It says: ${redact(error_message)}` : ''
  if (state === 'ER') {
    return notice(
      'backend-state',
      'error',
      `Label Studio reached ${shown}, but its setup failed: look at the log here.${said}`,
    )
  }
  if (state === 'DI') {
    const message = `Label Studio registered ${shown} but gets no answer there: is sixteen serving, and not slower than a second?`
    return notice('backend-state', 'error', `${message}${said}`)
  }
  return undefined
}

/** Why Label Studio did not take our webhook. */
export function webhookRefused(error: RefusedError, { shown, fitForWebhooks }: BackendUrl): Notice {
  if (!fitForWebhooks) {
    return notice(
      'webhook-host-refused',
      'warning',
      `Label Studio sends no webhooks to ${shown}: the host's name has no dot. Give it one (a network alias such as`,
      `sixteen.internal, or its IP address) and connect again. ${meanwhile} Start Training works all the same.`,
    )
  }
  if (isReserved(error)) {
    return notice(
      'webhook-address-refused',
      'warning',
      `Label Studio sends no webhooks to ${shown}, an address of this machine or of a private network.`,
      `${addressSettings}, then connect again. ${meanwhile}`,
    )
  }
  return notice(
    'webhook-refused',
    'warning',
    `Label Studio did not take a webhook to ${shown}: ${error.detail} ${meanwhile}`,
  )
}

/** Another backend is asked for predictions instead of ours, which is not the first. */
export function otherBackendFirst(first: Backend): Notice {
  return notice(
    'other-backend',
    'warning',
    `The project's first backend, ${JSON.stringify(first.title ?? '')} at ${redact(first.url)}, is the one that Label Studio asks`,
    'for predictions. Remove it under Settings → Model if ours is to be asked.',
  )
}
