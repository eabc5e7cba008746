/** Who may touch what: one access key opens everything, keys made from it open one project each. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { Platform } from '../../schemas/project.ts'
import { Slug } from '../../schemas/record.ts'
import type { EdgeEnvironment } from './environment.ts'
import { ForbiddenError } from './errors.ts'
import type { ProjectPath } from './paths.ts'

/** What a key opens. */
export type Access = 'all' | ProjectPath

/** An address that would be open to others without an access key. */
export class OpenAddressError extends Error {
  override readonly name = 'OpenAddressError'
}

const macLength = 24

/**
 * A key that opens one project: for the address of the ML backend that a Label Studio server stores and shows to its
 * users. It names the project, so that it can be checked before anything else of a request is read.
 * @returns `<platform>-<project>.<24 characters>`; the last part is an HMAC-SHA-256 in base64url
 */
export function projectKey(accessKey: string, platform: Platform, project: string): string {
  const mac = createHmac('sha256', accessKey).update(`sixteen project\n${platform}\n${project}`).digest('base64url')
  return `${platform}-${project}.${mac.slice(0, macLength)}`
}

/** What a key opens, in a time that does not depend on how much of it is right; undefined where it opens nothing. */
export function accessOf(accessKey: string, key: string): Access | undefined {
  const claimed = claimedProject(key)
  const opensAll = sameText(key, accessKey)
  const opensOne = claimed !== undefined && sameText(key, projectKey(accessKey, claimed.platform, claimed.id))
  if (opensAll) return 'all'
  return opensOne ? claimed : undefined
}

/** The key of an `Authorization: Basic …` header; undefined where there is none. */
export function basicKey(header: string | undefined): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(header?.trim() ?? '')?.[1]
  if (encoded === undefined) return undefined
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  return password
}

/** @throws ForbiddenError where the caller's key is another project's */
export function requireAccess(access: Access, { platform, id }: ProjectPath): void {
  if (access !== 'all' && (access.platform !== platform || access.id !== id))
    throw new ForbiddenError(`this key is not one of project ${platform}/${id}`)
}

/**
 * The Label Studio project that a request is about, for the log too.
 * @throws ForbiddenError where the caller's key is another project's
 */
export function projectOf(c: Context<EdgeEnvironment>, id: string): ProjectPath {
  const project = { platform: 'label-studio', id } as const
  requireAccess(c.get('access'), project)
  c.set('project', `label-studio-${id}`)
  return project
}

/** Whether a host name reaches this machine only. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
}

/**
 * To be asked by whoever serves the edge, before it listens.
 * @throws OpenAddressError for an address that others can reach, where there is no access key
 */
export function requireLoopback(hostname: string, accessKey: string | undefined): void {
  if (accessKey !== undefined && accessKey.length === 0)
    throw new OpenAddressError('the access key is empty: set a long random one, or leave it out')
  if (accessKey === undefined && !isLoopback(hostname))
    throw new OpenAddressError(
      `without an access key only this machine may be served, not ${hostname}: set a key, or listen on 127.0.0.1`,
    )
}

/** Platforms have no name that continues another with `-`, so the first that fits is the right one. */
function claimedProject(key: string): ProjectPath | undefined {
  const name = key.slice(0, Math.max(0, key.lastIndexOf('.')))
  const platform = Platform.options.find((option) => name.startsWith(`${option}-`))
  if (platform === undefined) return undefined
  const id = Slug.safeParse(name.slice(platform.length + 1))
  return id.success ? { platform, id: id.data } : undefined
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
