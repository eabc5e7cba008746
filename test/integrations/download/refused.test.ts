import promises from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { type DownloadFiles, fileAt, type RemoteFile } from '../../../integrations/download/index.ts'
import { messageOf, unlikeBytes, useDownloading } from './downloading.ts'
import { type Answer, endless, held, ranged, status, useFileServers, whole } from './fileServer.ts'

const bytes = unlikeBytes(300_000)
const etag = '"one"'
const canary = 'canary-0123456789'

const serving = useFileServers()
const place = useDownloading()

describe('an address', () => {
  test.each([
    ['ftp://example.org/a.pkl', 'over https and http, not over ftp'],
    ['file:///etc/passwd', 'not over file'],
    ['data:text/plain,a', 'not over data'],
    ['a.pkl', 'this is no address'],
    [`https://someone:${canary}@example.org/a.pkl`, 'example.org holds a user or password'],
    [`https://${canary}@example.org/a.pkl`, 'example.org holds a user or password'],
  ])('%s is refused before anything is asked', (address, message) => {
    const refused = (): unknown => fileAt(address)
    expect(refused).toThrow(message)
    expect(refused).not.toThrow(canary)
  })

  test('is shown without its query and its fragment', () => {
    expect(fileAt(`https://example.org/a.pkl?token=${canary}#${canary}`).shown).toBe('https://example.org/a.pkl')
  })

  test('with another query may be another file', () => {
    expect(fileAt('https://example.org/a?id=1').id).not.toBe(fileAt('https://example.org/a?id=2').id)
    expect(fileAt('https://example.org/a#1').id).toBe(fileAt('https://example.org/a#2').id)
  })

  test.each([
    ['no file', status(404)],
    ['no permission', status(403)],
    ['a server that is too busy', status(503)],
    ['a web page', whole(bytes, { more: { 'content-type': 'text/html' } })],
    ['a redirect to nowhere', status(302)],
    ['a file that is too large', whole(bytes)],
    ['nobody', (request) => void request.socket.destroy()],
  ] satisfies [string, Answer][])('that leads to %s is never told with its query', async (_, answer) => {
    const server = await serving(answer)
    const error = await place.here.failure(`${server.origin}/a.pkl?signature=${canary}`, { limit: 1000 })
    expect(messageOf(error)).toMatch(/^DownloadError: /)
    expect(JSON.stringify([messageOf(error), error, place.here.troubles])).not.toContain(canary)
    expect(error).not.toHaveProperty('cause')
  })
})

describe('a server that', () => {
  test('is too busy is asked again after the time that it names, or a minute', async () => {
    const busy = (seconds: string) => status(429, { 'retry-after': seconds })
    const server = await serving(busy('7'), busy('86400'), status(503), whole(bytes))
    expect(await place.here.get(`${server.origin}/a.pkl`)).toEqual(bytes)
    expect(place.here.pauses).toEqual([7, 60, 4])
  })

  test.each([
    [401, 'it needs an account'],
    [403, 'it needs an account'],
    [404, 'there is no'],
    [410, 'there is no'],
    [418, 'status 418'],
    [206, 'status 206'],
  ])('answers %i is not asked again', async (code, message) => {
    const server = await serving(status(code))
    const error = await place.here.failure(`${server.origin}/a.pkl`)
    expect(error).toMatchObject({ name: 'DownloadError', message: expect.stringContaining(message) })
    expect(server.asked).toHaveLength(1)
  })

  test('sends a web page in place of the file is not taken at its word', async () => {
    const server = await serving(whole(bytes, { more: { 'content-type': 'text/html; charset=utf-8' } }))
    expect(await place.here.failure(`${server.origin}/a.pkl`)).toMatchObject({
      message: expect.stringContaining('is a web page, not a file'),
    })
  })

  test('compresses the file though it should not is refused', async () => {
    const server = await serving(whole(bytes, { more: { 'content-encoding': 'gzip' } }))
    expect(await place.here.failure(`${server.origin}/a.pkl`)).toMatchObject({
      message: expect.stringContaining('is sent as gzip'),
    })
  })
})

describe('a redirect', () => {
  const to = (location: string, code = 302): Answer => status(code, { location })

  test.each([301, 302, 303, 307, 308])(
    'of kind %i is followed, also to a place that is told relatively',
    async (code) => {
      const server = await serving(to('/b/c.pkl?x=1', code), whole(bytes))
      expect(await place.here.get(`${server.origin}/a.pkl`)).toEqual(bytes)
      expect(server.asked.map(({ path }) => path)).toEqual(['/a.pkl', '/b/c.pkl?x=1'])
    },
  )

  test('is followed for the rest of a file, too', async () => {
    const server = await serving(to('/b'), held(bytes, 1000, { etag }), to('/c'), ranged(bytes, { etag }))
    const onProgress = ({ done }: { readonly done: number }) => void (done === 1000 && server.drop())
    expect(await place.here.get(`${server.origin}/a.pkl`, { onProgress })).toEqual(bytes)
    expect(server.asked[3]).toMatchObject({ path: '/c', range: 'bytes=1000-' })
  })

  test('is followed ten times', async () => {
    const server = await serving(to('/again'))
    const error = await place.here.failure(`${server.origin}/a.pkl`)
    expect(messageOf(error)).toContain('redirects more than 10 times')
    expect(server.asked).toHaveLength(11)
  })

  test.each([
    ['file:///etc/passwd', 'not over file'],
    [`http://someone:${canary}@127.0.0.1/a`, 'holds a user or password'],
    ['http://[', 'this is no address'],
  ])('to %s is refused', async (location, message) => {
    const server = await serving(to(location))
    const error = await place.here.failure(`${server.origin}/a.pkl`)
    expect(messageOf(error)).toContain(message)
    expect(messageOf(error)).not.toContain(canary)
  })

  test('from https to http is refused', async () => {
    const fetch = async () =>
      new Response(null, { status: 302, headers: { location: 'http://example.org/b?s=canary' } })
    const error = await place.here.failure('https://example.org/a.pkl', { fetch })
    expect(messageOf(error)).toContain('leads from https to http://example.org/b, which anyone on the way could change')
  })

  test('to another server does not take along what opens the first one', async () => {
    const second = await serving(whole(bytes))
    const first = await serving(to(`${second.origin}/b`))
    const url = new URL(`${first.origin}/a`)
    const file: RemoteFile = {
      id: 'secret',
      shown: 'a',
      locate: async () => ({ url, headers: { authorization: `Bearer ${canary}` } }),
    }
    expect(await place.here.get(file)).toEqual(bytes)
    expect(first.asked[0]?.authorization).toBe(`Bearer ${canary}`)
    expect(second.asked[0]?.authorization).toBeUndefined()
  })
})

describe('a file', () => {
  test('that is announced as larger than the limit is not begun', async () => {
    const server = await serving(whole(bytes))
    const error = await place.here.failure(`${server.origin}/a.pkl`, { limit: 299_999 })
    expect(messageOf(error)).toContain('has 300000 bytes, more than the limit of 299999')
    expect(await place.here.parts()).toEqual([])
    expect(await place.here.get(`${server.origin}/a.pkl`, { limit: 300_000 })).toEqual(bytes)
  })

  test('without an end is given up at the limit, and not kept', async () => {
    const server = await serving(endless(bytes))
    const error = await place.here.failure(`${server.origin}/a.pkl`, { limit: 2_000_000 })
    expect(messageOf(error)).toContain('is sent without an end: it passed 2000000 bytes')
    expect(await place.here.parts()).toEqual([])
  })

  test('of another size than the hub says is refused', async () => {
    const server = await serving(whole(bytes))
    const location = { url: new URL(server.origin), version: { etag: 'v', bytes: 7 } }
    const error = await place.here.failure({ id: 'a', shown: 'hf://a', locate: async () => location })
    expect(messageOf(error)).toContain('hf://a has 7 bytes, but 300000 are sent')
  })
})

describe('a full disk', () => {
  /** Takes so many bytes, and then no more. */
  const fullAfter = (room: number, code: string): DownloadFiles => ({
    ...promises,
    async open(...given: Parameters<typeof promises.open>) {
      const handle = await promises.open(...given)
      const left = { bytes: room }
      const write = async (chunk: Uint8Array, offset: number): Promise<{ bytesWritten: number }> => {
        const piece = chunk.subarray(offset, offset + left.bytes)
        if (piece.length === 0) throw Object.assign(new Error('no room'), { code })
        left.bytes -= piece.length
        return { bytesWritten: (await handle.write(piece)).bytesWritten }
      }
      return new Proxy(handle, {
        get(target, name) {
          if (name === 'write') return write
          const value: unknown = Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  })

  test.each(['ENOSPC', 'EDQUOT'])(
    '(%s) is told, and what is there is gone on with once there is room',
    async (code) => {
      const server = await serving(ranged(bytes, { etag }))
      const address = `${server.origin}/a.pkl`
      const error = await place.here.failure(address, { files: fullAfter(100_000, code) })
      expect(messageOf(error)).toBe(
        'DownloadError: the disk is full: free some space and give the same command again, which goes on after 100000 bytes',
      )
      expect(await place.here.parts()).toEqual([100_000])
      expect(await place.here.get(address)).toEqual(bytes)
      expect(server.asked[1]?.range).toBe('bytes=100000-')
    },
  )
})
