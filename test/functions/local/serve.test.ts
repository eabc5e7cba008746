import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OpenAddressError } from '../../../functions/edge/index.ts'
import { type ServeOptions, serveLocally } from '../../../functions/local/serve.ts'

const place = { folder: '' }
const lines: string[] = []
const note = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`)

beforeEach(async () => {
  place.folder = await mkdtemp(join(tmpdir(), 'serve-'))
  lines.splice(0)
})
afterEach(() => rm(place.folder, { recursive: true }))

const options = (more: Partial<ServeOptions> = {}): ServeOptions => ({
  folder: place.folder,
  hostname: '127.0.0.1',
  port: 0,
  device: 'cpu',
  reconcileSeconds: 3600,
  log: { info: note, warn: note, error: note },
  ...more,
})

describe('a server on one machine', () => {
  test('answers at its address until it is closed, and another one on the folder after it', async () => {
    for (const round of [1, 2]) {
      const server = await serveLocally(options())
      expect(await (await fetch(`${server.address}/health`)).json(), `round ${round}`).toMatchObject({ status: 'UP' })
      await server.close()
      await expect(fetch(`${server.address}/health`)).rejects.toThrow()
    }
    expect(lines.map((line) => line.replace(/ \{.*/, ''))).toEqual(['GET /health 200', 'GET /health 200'])
  })

  test('is refused where others could reach it without a key', async () => {
    await expect(serveLocally(options({ hostname: '0.0.0.0' }))).rejects.toThrow(OpenAddressError)
    await expect(serveLocally(options({ hostname: '0.0.0.0', accessKey: '' }))).rejects.toThrow(OpenAddressError)
  })

  test('shows nothing to those who do not have its key, and does not log it', async () => {
    const server = await serveLocally(options({ accessKey: 'canary-key' }))
    const basic = `Basic ${Buffer.from('sixteen:canary-key').toString('base64')}`
    const status = async (path: string, headers = {}) => (await fetch(`${server.address}${path}`, { headers })).status
    expect(await status('/')).toBe(401)
    expect(await status('/', { authorization: basic })).toBe(200)
    expect(await status('/k/canary-key/health')).toBe(200)
    expect(await status('/k/another-key/health')).toBe(404)
    await server.close()
    expect(lines.join()).not.toContain('canary-key')
  })

  test('says what to do where the port is taken, and lets go of the folder', async () => {
    const first = await serveLocally(options())
    const folder = await mkdtemp(join(tmpdir(), 'serve-'))
    const port = Number(new URL(first.address).port)
    const second = serveLocally(options({ folder, port }))
    await expect(second).rejects.toThrow('another program listens there: choose another --port')
    await first.close()
    const third = await serveLocally(options({ folder, port }))
    await third.close()
    await rm(folder, { recursive: true })
  })
})
