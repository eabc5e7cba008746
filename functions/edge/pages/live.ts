import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { changesForState, changesSince, type Snapshot } from './snapshot.ts'
import type { Watch } from './watch.ts'

/** Proxies close connections that are silent for a minute or less. */
const heartbeatMilliseconds = 15_000

/** The state that a page shows: what the stream last sent it, else what it was made with. */
const knownState = (c: Context): string | undefined => c.req.header('Last-Event-ID') ?? c.req.query('state')

/** What changed since the state that the page names, once: for pages that ask again and again. */
export const answerLive = (c: Context, snapshot: Snapshot): Response => c.json(changesForState(knownState(c), snapshot))

/**
 * Server-sent events: `state` with the sections that changed, at first those that changed since the state that the page
 * names. The first comes at once, so that a page whose events are held back on the way learns of it by their absence.
 */
export function streamLive(c: Context, watch: Watch<Snapshot>): Response {
  const known = knownState(c)
  // A stream has no end to be digested, which etag middleware would wait for; and proxies must not collect it.
  c.header('ETag', '"events"')
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async (stream) => {
    const gone = new AbortController()
    stream.onAbort(() => gone.abort())
    const heartbeat = setInterval(() => void stream.write(': still here\n\n'), heartbeatMilliseconds)
    try {
      let sent: Snapshot | undefined
      for await (const snapshot of watch.follow(gone.signal)) {
        const news = sent === undefined ? changesForState(known, snapshot) : changesSince(sent, snapshot)
        await stream.writeSSE({ event: 'state', id: snapshot.state, data: JSON.stringify(news) })
        sent = snapshot
      }
    } catch {
      // The stream ends, the page comes again, and is answered with the failure, which is reported there.
    } finally {
      clearInterval(heartbeat)
    }
  })
}
