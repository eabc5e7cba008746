import { z } from 'zod'
import { Backend, Backends } from '../../schemas/labelStudio/api.ts'
import type { Notice } from '../../schemas/notice.ts'
import { type BackendUrl, samePlace, sameUrl } from './backendUrl.ts'
import type { LabelStudioClient } from './client.ts'
import { backendNotFound, backendRefused, otherBackendFirst, stateNotice } from './connectionNotices.ts'
import { RefusedError, UnansweredError } from './errors.ts'

export interface BackendWanted {
  readonly project: number
  readonly backend: BackendUrl
  /** A registration of ours that is to be moved here. */
  readonly replaced: BackendUrl | undefined
  readonly title: string
  readonly interactive?: boolean
  readonly basicAuth?: { readonly user: string; readonly password: string }
}

export interface Registration {
  /** Whether Label Studio gets through to our backend. */
  readonly reachable: boolean
  readonly notices: readonly Notice[]
}

/** Each request makes the server try all backends: health checks, setups and their repetitions. */
const timeout = 120_000

/** Registers our backend, or brings its registration up to date. Refusals of the backend itself become notices. */
export async function registerBackend(client: LabelStudioClient, wanted: BackendWanted): Promise<Registration> {
  const { backend, replaced } = wanted
  const there = await listBackends(client, wanted)
  // With another key it is our own, from before the key was changed: it would be asked first, and let nobody in.
  const ours = there.filter(({ url }) => samePlace(url, backend.url) || (replaced && sameUrl(url, replaced.url)))
  try {
    const saved = await save(client, wanted, ours.find(({ url }) => sameUrl(url, backend.url)) ?? ours[0])
    const stale = ours.filter(({ id }) => id !== saved.id)
    for (const { id } of stale) await remove(client, wanted, id)
    const first = there.find((other) => !stale.includes(other))
    const other = first !== undefined && first.id !== saved.id ? otherBackendFirst(first) : undefined
    const notices = [stateNotice(saved, backend), other].filter((notice) => notice !== undefined)
    return { reachable: saved.state !== 'DI', notices }
  } catch (error) {
    if (error instanceof RefusedError && (error.status === 400 || isAddressRefused(error))) {
      const refusal = backendRefused(error, backend)
      const reachable = !['backend-unreachable', 'backend-unauthorized'].includes(refusal.code)
      return { reachable, notices: [refusal] }
    }
    if (error instanceof UnansweredError && /resolve host/i.test(error.detail)) {
      return { reachable: false, notices: [backendNotFound(backend)] }
    }
    throw error
  }
}

const inWords = ({ project }: BackendWanted) => `connecting a backend to project ${project}`

async function listBackends(client: LabelStudioClient, wanted: BackendWanted): Promise<readonly Backend[]> {
  const query = { project: wanted.project }
  const call = { method: 'GET', path: '/api/ml/', query, answer: Backends, what: inWords(wanted), timeout } as const
  return await client.call(call)
}

async function save(client: LabelStudioClient, wanted: BackendWanted, there: Backend | undefined): Promise<Backend> {
  const { project, backend, title, interactive, basicAuth } = wanted
  const authentication = basicAuth && {
    auth_method: 'BASIC_AUTH',
    basic_auth_user: basicAuth.user,
    basic_auth_pass: basicAuth.password,
  }
  const body = {
    // The server wants both in every change: it tries the connection with them.
    project,
    url: backend.url,
    title,
    ...(interactive === undefined ? {} : { is_interactive: interactive }),
    ...authentication,
  }
  const place = { body, answer: Backend, what: inWords(wanted), timeout }
  if (there) return await client.call({ ...place, method: 'PATCH', path: `/api/ml/${there.id}` })
  try {
    return await client.call({ ...place, method: 'POST', path: '/api/ml/' })
  } catch (error) {
    // Where only the webhook's address is refused, the backend was saved before that was noticed.
    const half = isAddressRefused(error)
      ? (await listBackends(client, wanted)).find(({ url }) => sameUrl(url, backend.url))
      : undefined
    if (half === undefined) throw error
    return half
  }
}

function isAddressRefused(error: unknown): boolean {
  return error instanceof RefusedError && error.status === 403 && /reserved/i.test(error.detail)
}

async function remove(client: LabelStudioClient, wanted: BackendWanted, id: string): Promise<void> {
  const path = `/api/ml/${id}`
  await client.call({ method: 'DELETE', path, answer: z.unknown(), what: inWords(wanted), timeout })
}
