import type { LambdaContext, LambdaEvent } from 'hono/aws-lambda'
import { health } from '../edge/health.ts'
import { once } from './once.ts'

type Handler = (event: LambdaEvent, context?: LambdaContext) => Promise<unknown>

/** As an HTTP API takes it, payload format 2.0. */
const answer = {
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'private, no-cache' },
  body: JSON.stringify(health),
  isBase64Encoded: false,
}

/**
 * Says by itself that it runs, as the app would, without store and secret; for anything else the app is loaded. A server
 * that asks this waits for a second, less than loading an app on a slow processor may take.
 * @param load tried again by the next request where it failed
 */
export function healthFirst(load: () => Promise<Handler>): Handler {
  const loaded = once(load)
  return async (event, context) => {
    if ('rawPath' in event && event.rawPath === '/health' && event.requestContext.http.method === 'GET') return answer
    return (await loaded())(event, context)
  }
}
