import type { Connection } from '../platform/index.ts'
import { registerBackend } from './backends.ts'
import { readBackendUrl, samePlace, sameUrl } from './backendUrl.ts'
import type { LabelStudioClient } from './client.ts'
import { numberOf } from './numberOf.ts'
import { ensureWebhook, removeWebhooks } from './webhooks.ts'

export interface ConnectOptions {
  readonly project: string
  /** Where Label Studio reaches our backend; it may hold an access key in its path. */
  readonly backendUrl: string
  /** What the backend is called there; a project that shows live predictions shows this name as its version. */
  readonly title: string
  /** Whether it is asked while a person draws, too. @default false */
  readonly interactive?: boolean
  /** Where our backend wants basic authentication. */
  readonly basicAuth?: { readonly user: string; readonly password: string }
  /** An address that our backend had before: its registration is moved, its webhook removed. */
  readonly replaces?: string
}

/**
 * Registers our backend with a project, or brings its registration up to date, and sees to it that the project tells us of
 * annotations. What Label Studio refuses is explained in the notices, since the loop goes on without: by looking now and
 * then, and by sending predictions instead of being asked.
 *
 * @throws PlatformError for an address that is none; RefusedError where the project is not there or not ours to change
 */
export async function connectBackend(client: LabelStudioClient, options: ConnectOptions): Promise<Connection> {
  const project = numberOf(options.project, 'project')
  const backend = readBackendUrl(options.backendUrl)
  const replaced = options.replaces === undefined ? undefined : readBackendUrl(options.replaces)
  const { reachable, notices } = await registerBackend(client, { ...options, project, backend, replaced })
  // A webhook to where nobody answers would make every annotator wait for it.
  if (!reachable) return { notified: false, notices }
  const connection = await ensureWebhook(client, { project, backend, headers: credentials(options) })
  await removeWebhooks(
    client,
    project,
    (address) =>
      !sameUrl(address, backend.webhook) &&
      (samePlace(address, backend.webhook) || (replaced !== undefined && sameUrl(address, replaced.webhook))),
  )
  return { notified: connection.notified, notices: [...notices, ...connection.notices] }
}

function credentials({ basicAuth }: ConnectOptions): Readonly<Record<string, string>> {
  if (basicAuth === undefined) return {}
  const encoded = Buffer.from(`${basicAuth.user}:${basicAuth.password}`).toString('base64')
  return { Authorization: `Basic ${encoded}` }
}
