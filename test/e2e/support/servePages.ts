import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { pageRoutes } from '../../../functions/edge/pages/index.ts'
import type { Store } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { Platform } from '../../../schemas/project.ts'

/** What a page asked the project API for. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

export interface PageServer {
  /** Ends with a slash; below it lie the pages. */
  readonly address: string
  readonly asked: Asked[]
  close(): Promise<void>
}

export interface PageServerOptions {
  readonly store: Store
  readonly pollMilliseconds: number
  /** Where the pages are mounted. */
  readonly prefix?: string
  readonly now?: () => Date
}

/** The pages on a port of their own, beside an API that gives pictures and takes down what it is asked for. */
export async function servePages({
  store,
  pollMilliseconds,
  prefix = '/',
  now,
}: PageServerOptions): Promise<PageServer> {
  const asked: Asked[] = []
  const api = new Hono()
  const runs = '/projects/:platform/:id/runs/:version'
  for (const [kind, keyOf] of [
    ['images', 'image'],
    ['labels', 'labelMap'],
  ] as const) {
    api.get(`${runs}/${kind}/:file{.+\\.png}`, async (c) => {
      const { platform, id, version, file } = c.req.param()
      const key = projectKeys(Platform.parse(platform), id).run(version)[keyOf](file.slice(0, -'.png'.length))
      const picture = await store.get(key)
      return picture === undefined
        ? c.notFound()
        : c.body(Uint8Array.from(picture.bytes), 200, { 'Content-Type': 'image/png' })
    })
  }
  api.on(['POST', 'PUT'], '*', async (c) => {
    const path = c.req.path.slice(prefix.length)
    asked.push({ method: c.req.method, path, body: await c.req.json() })
    return path.endsWith('/retry') ? c.json({ error: 'the disk is still full' }, 409) : c.json({}, 202)
  })
  const app = new Hono()
  app.route(`${prefix}api`, api)
  const pages = pageRoutes({
    store,
    queue: { depth: async () => ({ messages: 2, dead: 0 }) },
    pollMilliseconds,
    ...(now && { now }),
  })
  app.route(prefix, pages)
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  const { port } = await new Promise<AddressInfo>((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'))
      else resolve(address)
    })
  })
  return {
    address: `http://127.0.0.1:${port}${prefix}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
