/** What every request passes before anything of it is read: its key, and whether another site's page sent it. */
import type { Context, MiddlewareHandler } from 'hono'
import { accessOf, basicKey, isLoopback, requireAccess } from './access.ts'
import type { EdgeEnvironment } from './environment.ts'
import { ForbiddenError, NothingHereError, TooManyRequestsError, UnauthorizedError } from './errors.ts'
import { ProjectPath } from './paths.ts'
import { addressOf, type RateLimiter } from './rateLimit.ts'

type Door = MiddlewareHandler<EdgeEnvironment>

/** Wrong keys that one address may try in a second. */
const triesPerSecond = 10

/** Lets in whoever has the key, or, where there is none, whoever asks for this machine by one of its own names. */
export function askForKey(accessKey: string | undefined, limiter: RateLimiter): Door {
  return async (c, next) => {
    if (accessKey === undefined) c.set('access', openTo(c))
    else c.set('access', accessOf(accessKey, keyOf(c) ?? '') ?? refuse(c, limiter))
    await next()
  }
}

function refuse(c: Context, limiter: RateLimiter): never {
  const seconds = limiter.take(`stranger ${addressOf(c)}`, triesPerSecond)
  if (seconds > 0) throw new TooManyRequestsError(Math.ceil(seconds))
  throw keyInPath(c) === undefined ? new UnauthorizedError() : new NothingHereError()
}

/** A page elsewhere that made its name point to this machine would otherwise be let in with its visitors' browsers. */
function openTo(c: Context<EdgeEnvironment>): 'all' {
  const { hostname } = new URL(c.req.url)
  if (isLoopback(hostname)) return 'all'
  throw new ForbiddenError('without an access key this machine is served only under its own names, like 127.0.0.1')
}

const keyOf = (c: Context): string | undefined => keyInPath(c) ?? basicKey(c.req.header('authorization'))

function keyInPath(c: Context): string | undefined {
  const [, first, key] = c.req.path.split('/')
  return first === 'k' ? (key ?? '') : undefined
}

/** Below `/…/:platform/:id`: for the key of that project, and for the one that opens everything. */
export const forThatProject: Door = async (c, next) => {
  const path = ProjectPath.safeParse({ platform: c.req.param('platform'), id: c.req.param('id') })
  const access = c.get('access')
  // A path that names no project is refused with a better reason further on.
  if (path.success) requireAccess(access, path.data)
  else if (access !== 'all') throw new ForbiddenError('this key opens one project only')
  if (path.success) c.set('project', `${path.data.platform}-${path.data.id}`)
  await next()
}

/** The pages of one project, below `/projects/:name`. */
export const forNamedProject: Door = async (c, next) => {
  const access = c.get('access')
  if (access !== 'all' && c.req.param('name') !== `${access.platform}-${access.id}`)
    throw new ForbiddenError('this key opens one project only')
  await next()
}

/** What shows all projects at once is not for the key of one. */
export const forAllProjects: Door = async (c, next) => {
  if (c.get('access') !== 'all') throw new ForbiddenError('this key opens one project only')
  await next()
}

/**
 * Browsers send remembered passwords along with whatever another site's page makes them send; they say so, by
 * `Sec-Fetch-Site` or, where older or not over https, by `Origin`. Programs send neither.
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export const fromThisSite: Door = async (c, next) => {
  const harmless = c.req.method === 'GET' || c.req.method === 'HEAD' || c.req.method === 'OPTIONS'
  if (!harmless && isFromElsewhere(c)) throw new ForbiddenError('a page of another site may not ask for changes')
  await next()
}

function isFromElsewhere(c: Context): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = c.req.header('origin')
  if (origin === undefined) return false
  // The scheme may differ behind a proxy that ends TLS; the host stands in both.
  return !URL.canParse(origin) || new URL(origin).host !== (c.req.header('host') ?? new URL(c.req.url).host)
}
