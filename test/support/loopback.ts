import { once } from 'node:events'
import type { Server } from 'node:http'

export interface Loopback {
  /** `http://127.0.0.1:<port>` */
  readonly address: string
  /** Cuts what is still connected. */
  close(): Promise<void>
}

/** Lets a server listen at a free port of this machine only. */
export async function listenOnLoopback(server: Server): Promise<Loopback> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port')
  return {
    address: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
