/** How many requests one client may send: a bucket of tokens each, in memory, which fill up again as time goes by. */
import type { Context, MiddlewareHandler } from 'hono'
import { z } from 'zod'
import type { EdgeEnvironment } from './environment.ts'
import { TooManyRequestsError } from './errors.ts'
import type { EdgeLimits } from './options.ts'

const maximumClients = 10_000
/** What was not used is saved up for so long. */
const burstSeconds = 4

export interface RateLimiter {
  /** Takes one token. @returns seconds to wait where there is none, else 0 */
  take(client: string, perSecond: number): number
}

export function openRateLimiter(now: () => Date): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    take: (client, perSecond) => {
      const at = now().getTime()
      const before = buckets.get(client) ?? { tokens: perSecond * burstSeconds, at }
      const filled = before.tokens + (Math.max(0, at - before.at) / 1000) * perSecond
      const tokens = Math.min(filled, perSecond * burstSeconds)
      // The least recently seen client is forgotten first: it has most likely a full bucket.
      buckets.delete(client)
      const [oldest] = buckets.keys()
      if (buckets.size >= maximumClients && oldest !== undefined) buckets.delete(oldest)
      buckets.set(client, { tokens: tokens >= 1 ? tokens - 1 : tokens, at })
      return tokens >= 1 ? 0 : (1 - tokens) / perSecond
    },
  }
}

/** Behind the door, so that strangers cannot use up what belongs to a project; `/webhook` has a bucket of its own. */
export function limitRate(limiter: RateLimiter, limits: EdgeLimits): MiddlewareHandler<EdgeEnvironment> {
  return async (c, next) => {
    const access = c.get('access')
    const key = access === 'all' ? 'all' : `${access.platform}-${access.id}`
    const isWebhook = c.req.path.endsWith('/webhook')
    const perSecond = isWebhook ? limits.webhooksPerSecond : limits.requestsPerSecond
    const seconds = limiter.take(`${isWebhook ? 'webhook' : 'other'} ${key} ${addressOf(c)}`, perSecond)
    // A flood of webhooks says little that one look does not find; refused, a server might switch them off for good.
    if (seconds > 0 && isWebhook) return c.json({ status: 'left-to-reconciler' })
    if (seconds > 0) throw new TooManyRequestsError(Math.ceil(seconds))
    await next()
  }
}

const NodeBindings = z.object({
  incoming: z.object({ socket: z.object({ remoteAddress: z.string() }) }),
})

/** The address at the other end of the connection; headers that claim another one are not believed. */
export function addressOf(c: Context): string {
  const bindings = NodeBindings.safeParse(c.env)
  return bindings.success ? bindings.data.incoming.socket.remoteAddress : 'unknown'
}
