import { z } from 'zod'
import { Created, type Webhook, Webhooks } from '../../schemas/labelStudio/api.ts'
import type { Connection } from '../platform/index.ts'
import type { BackendUrl } from './backendUrl.ts'
import { sameUrl } from './backendUrl.ts'
import type { LabelStudioClient } from './client.ts'
import { webhookRefused } from './connectionNotices.ts'
import { RefusedError } from './errors.ts'

export interface WebhookWanted {
  readonly project: number
  readonly backend: BackendUrl
  /** Headers that let the server in; the webhook that Label Studio makes by itself has none. */
  readonly headers: Readonly<Record<string, string>>
}

export async function listWebhooks(client: LabelStudioClient, project: number): Promise<readonly Webhook[]> {
  const what = `listing the webhooks of project ${project}`
  return await client.call({ method: 'GET', path: '/api/webhooks/', query: { project }, answer: Webhooks, what })
}

/** Sees to it that the project tells us of everything: makes the webhook, or completes the one that is there. */
export async function ensureWebhook(client: LabelStudioClient, wanted: WebhookWanted): Promise<Connection> {
  const { project, backend, headers } = wanted
  const there = (await listWebhooks(client, project)).find(({ url }) => sameUrl(url, backend.webhook))
  const needsHeaders = Object.keys(headers).length > 0
  if (there && isComplete(there) && !needsHeaders) return { notified: true, notices: [] }
  const settings = { url: backend.webhook, send_payload: true, send_for_all_actions: true, is_active: true, headers }
  try {
    await (there
      ? client.call({
          method: 'PATCH',
          path: `/api/webhooks/${there.id}/`,
          body: settings,
          answer: z.unknown(),
          what: `completing the webhook of project ${project}`,
        })
      : client.call({
          method: 'POST',
          path: '/api/webhooks/',
          body: { project, ...settings },
          answer: Created,
          what: `making a webhook in project ${project}`,
        }))
  } catch (error) {
    // The loop goes on without: the reconciler looks by itself.
    if (error instanceof RefusedError) return { notified: false, notices: [webhookRefused(error, backend)] }
    throw error
  }
  return { notified: true, notices: [] }
}

function isComplete({ is_active, send_payload, send_for_all_actions }: Webhook): boolean {
  return is_active && send_payload && send_for_all_actions
}

export async function removeWebhooks(
  client: LabelStudioClient,
  project: number,
  isOld: (address: string) => boolean,
): Promise<void> {
  for (const { id, url } of await listWebhooks(client, project)) {
    if (!isOld(url)) continue
    const what = `removing an old webhook of project ${project}`
    await client.call({ method: 'DELETE', path: `/api/webhooks/${id}/`, answer: z.unknown(), what })
  }
}
