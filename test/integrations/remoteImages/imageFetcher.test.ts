import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openImageFetcher } from '../../../integrations/remoteImages/index.ts'
import { type Answer, endless, held, nothing, status, useFileServers, whole } from '../download/fileServer.ts'
import { failureOf, local, png } from './fetching.ts'

const canary = 'canary-0123456789'
const serving = useFileServers()
const to = (location: string, code = 302): Answer => status(code, { location })

describe('an image', () => {
  test('comes as it is stored, whatever the server calls it', async () => {
    const server = await serving(whole(png, { more: { 'content-type': 'text/html' } }))
    const bytes = await local.fetch(`${server.origin}/a?size=large#top`)
    expect(bytes).toEqual(png)
    expect(server.asked).toMatchObject([{ path: '/a?size=large', 'accept-encoding': 'identity' }])
    expect(server.asked[0]?.authorization).toBeUndefined()
  })

  test('of the largest size is taken, and one byte more is not', async () => {
    const server = await serving(whole(png))
    const fetchUpTo = (maximumBytes: number) =>
      openImageFetcher({ allowPrivate: true, maximumBytes }).fetch(`${server.origin}/a.png`)
    expect(await fetchUpTo(png.length)).toEqual(png)
    const error = await failureOf(fetchUpTo(png.length - 1))
    expect(error.message).toContain(`has ${png.length} bytes, more than the ${png.length - 1} that are taken`)
    expect(error.mayPass).toBe(false)
  })

  test('without an end is given up at the limit, and the connection is closed', async () => {
    const closed = Promise.withResolvers<void>()
    const server = await serving((request, response) => {
      response.on('close', closed.resolve)
      endless(png)(request, response)
    })
    const fetcher = openImageFetcher({ allowPrivate: true, maximumBytes: 1_000_000 })
    expect((await failureOf(fetcher.fetch(server.origin))).message).toContain('is sent beyond the 1000000 bytes')
    await closed.promise
  })

  test.each([
    ['that is announced as larger than the limit', 200, 'has 2000000 bytes'],
    ['that comes with a refusal', 403, 'is refused (403)'],
    ['that comes with a redirect', 302, 'redirects to nowhere'],
  ])('%s is not read, and the connection is closed', async (_, code, message) => {
    const closed = Promise.withResolvers<void>()
    const server = await serving((_request, response) => {
      response.on('close', closed.resolve)
      response.writeHead(code, { 'content-length': 2_000_000 })
      response.write(png)
    })
    const fetcher = openImageFetcher({ allowPrivate: true, maximumBytes: 1_000_000 })
    expect((await failureOf(fetcher.fetch(server.origin))).message).toContain(message)
    await closed.promise
  })

  test('that is compressed on the way is refused: it could unfold to any size', async () => {
    const server = await serving(whole(gzipSync(png), { more: { 'content-encoding': 'gzip' } }))
    expect((await failureOf(local.fetch(server.origin))).message).toContain('is sent as gzip')
  })

  test('in place of which the server offers another protocol is refused, and nobody waits for ever', async () => {
    const server = createServer((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: any\r\n\r\n')
      socket.on('error', () => undefined).resume()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const error = await failureOf(local.fetch(`http://127.0.0.1:${port}/a.png`))
    expect(error.message).toContain('answers with another protocol')
    expect(error.mayPass).toBe(false)
    await new Promise((resolve) => server.close(resolve))
  })

  test('that is empty is refused', async () => {
    const server = await serving(whole(new Uint8Array()))
    const error = await failureOf(local.fetch(`${server.origin}/a.png`))
    expect(error.message).toContain('/a.png is empty')
    expect(error.mayPass).toBe(false)
  })

  test('in place of which a page comes is told as that', async () => {
    const page = Buffer.from('<!DOCTYPE html><html><form action="/login">Password</form></html>')
    const server = await serving(whole(page, { more: { 'content-type': 'image/png' } }))
    const error = await failureOf(local.fetch(`${server.origin}/a.png`))
    expect(error.message).toContain('the address answered a page, not an image')
    expect(error.mayPass).toBe(false)
  })
})

describe('a server that', () => {
  test.each([
    [401, 'is refused (401)', false],
    [403, 'is refused (403)', false],
    [404, 'is not there (404)', false],
    [410, 'is not there (410)', false],
    [204, 'status 204', false],
    [206, 'status 206', false],
    [418, 'status 418', false],
    [408, 'status 408', true],
    [429, 'status 429', true],
    [500, 'status 500', true],
    [503, 'status 503', true],
    [507, 'status 507', true],
  ])('answers %i is told so', async (code, message, mayPass) => {
    const server = await serving(status(code))
    expect(await failureOf(local.fetch(`${server.origin}/a.png`))).toMatchObject({
      message: expect.stringContaining(message),
      mayPass,
    })
  })

  test('hangs up is worth another try', async () => {
    const server = await serving(nothing)
    const error = await failureOf(local.fetch(server.origin))
    expect(error).toMatchObject({ message: expect.stringContaining('(ECONNRESET)'), mayPass: true })
  })

  test('hangs up in the middle is worth another try', async () => {
    const server = await serving((request, response) => {
      held(png, 20)(request, response)
      response.socket?.end()
    })
    const error = await failureOf(local.fetch(server.origin))
    expect(error).toMatchObject({ message: expect.stringContaining('(ECONNRESET)'), mayPass: true })
  })

  test('is not there is worth another try', async () => {
    const server = await serving(nothing)
    await server.close()
    expect(await failureOf(local.fetch(server.origin))).toMatchObject({
      message: expect.stringContaining('(ECONNREFUSED)'),
      mayPass: true,
    })
  })

  test('speaks no TLS where it should is not worth another try', async () => {
    const server = await serving(whole(png))
    const error = await failureOf(local.fetch(server.origin.replace('http:', 'https:')))
    expect(error).toMatchObject({ message: expect.stringContaining('cannot be fetched ('), mayPass: false })
  })

  test.each([
    ['never answers', () => undefined],
    ['stops in the middle', held(png, 20)],
    ['sends redirects without an end', to('/again')],
  ] satisfies [string, Answer][])('%s is given up after some time', async (_, answer) => {
    const server = await serving(answer)
    const fetcher = openImageFetcher({
      allowPrivate: true,
      timeoutSeconds: 0.05,
      maximumRedirects: Number.POSITIVE_INFINITY,
    })
    expect(await failureOf(fetcher.fetch(`${server.origin}/a.png`))).toMatchObject({
      message: `The image at ${server.origin}/a.png did not come in whole within 0.05 seconds: try it later.`,
      mayPass: true,
    })
  })
})

describe('a signal', () => {
  const reason = new Error('enough')

  test('ends it before it begins', async () => {
    const server = await serving(whole(png))
    await expect(local.fetch(server.origin, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(server.asked).toEqual([])
  })

  test('ends it while a name is looked up', async () => {
    const abort = new AbortController()
    const lookup = () => {
      queueMicrotask(() => abort.abort(reason))
      return new Promise<never>(() => undefined)
    }
    const fetcher = openImageFetcher({ allowPrivate: true, lookup })
    await expect(fetcher.fetch('http://slow.example/', { signal: abort.signal })).rejects.toBe(reason)
  })

  test.each([
    ['before an answer', undefined],
    ['in the middle of the image', held(png, 20)],
  ] satisfies [string, Answer | undefined][])('ends it %s', async (_, answer) => {
    const abort = new AbortController()
    const closed = Promise.withResolvers<void>()
    const server = await serving((request, response) => {
      response.on('close', closed.resolve)
      answer?.(request, response)
      abort.abort(reason)
    })
    await expect(local.fetch(server.origin, { signal: abort.signal })).rejects.toBe(reason)
    await closed.promise
  })
})

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('of kind %i is followed, also to a relative place', async (code) => {
    const server = await serving(to('b/c.png?x=1', code), whole(png))
    expect(await local.fetch(`${server.origin}/a/a.png`)).toEqual(png)
    expect(server.asked.map(({ path }) => path)).toEqual(['/a/a.png', '/a/b/c.png?x=1'])
  })

  test('is followed five times, and no further', async () => {
    const server = await serving(...Array.from({ length: 5 }, () => to('/again')), whole(png))
    expect(await local.fetch(server.origin)).toEqual(png)
    const loop = await serving(to('/again'))
    const error = await failureOf(local.fetch(`${loop.origin}/a.png`))
    expect(error.message).toContain('/a.png redirects more than 5 times')
    expect(loop.asked).toHaveLength(6)
  })

  test.each([
    ['file:///etc/passwd', 'not over file'],
    ['ftp://127.0.0.1/a.png', 'not over ftp'],
    ['data:image/png;base64,AAAA', 'not over data'],
    [`http://someone:${canary}@127.0.0.1/a`, 'holds a user or password'],
    ['http://[', 'has no address'],
  ])('to %s is refused', async (location, message) => {
    const server = await serving(to(location))
    const error = await failureOf(local.fetch(server.origin))
    expect(error.message).toContain(message)
    expect(error.message).not.toContain(canary)
  })

  test('to nowhere is refused', async () => {
    const server = await serving(status(302))
    expect((await failureOf(local.fetch(server.origin))).message).toContain('redirects to nowhere')
  })
})

describe('authorization', () => {
  const authorization = `Token ${canary}`

  test('is sent to its origin, through redirects there', async () => {
    const server = await serving(to('/b'), whole(png))
    await local.fetch(`${server.origin}/a`, { authorization })
    expect(server.asked.map((asked) => asked.authorization)).toEqual([authorization, authorization])
  })

  test('is never sent to another origin', async () => {
    const second = await serving(whole(png))
    const first = await serving(to(`${second.origin}/b`))
    expect(await local.fetch(`${first.origin}/a`, { authorization })).toEqual(png)
    expect(first.asked[0]?.authorization).toBe(authorization)
    expect(second.asked[0]?.authorization).toBeUndefined()
  })

  test('is not sent again where another origin leads back', async () => {
    const { promise: origin, resolve } = Promise.withResolvers<string>()
    const second = await serving(async (_, response) => {
      response.writeHead(302, { location: `${await origin}/c` }).end()
    })
    const first = await serving(to(`${second.origin}/b`), whole(png))
    resolve(first.origin)
    expect(await local.fetch(`${first.origin}/a`, { authorization })).toEqual(png)
    expect(first.asked.map((asked) => asked.authorization)).toEqual([authorization, undefined])
  })
})

describe('an address', () => {
  test.each([
    ['ftp://example.org/a.png', 'not over ftp'],
    ['file:///etc/passwd', 'not over file'],
    ['s3://bucket/a.png', 'not over s3'],
    ['javascript:alert(1)', 'not over javascript'],
    ['a.png', 'has no address'],
    ['', 'has no address'],
    [`https://someone:${canary}@example.org/a.png`, 'example.org holds a user or password'],
    [`https://${canary}@example.org/a.png`, 'example.org holds a user or password'],
  ])('%s is refused before anything is asked', async (address, message) => {
    const error = await failureOf(local.fetch(address))
    expect(error.message).toContain(message)
    expect(error.message).not.toContain(canary)
    expect(error.mayPass).toBe(false)
  })

  test.each([
    ['no file', status(404)],
    ['no permission', status(403)],
    ['a server that is too busy', status(503)],
    ['a web page', whole(Buffer.from('<html>'))],
    ['something else', whole(Buffer.from('{"detail": "no"}'))],
    ['nothing', whole(new Uint8Array())],
    ['a redirect to nowhere', status(302)],
    ['a redirect to another secret', to(`/?signature=${canary}`)],
    ['an image that is too large', whole(new Uint8Array(2000))],
    ['silence', () => undefined],
    ['nobody', nothing],
  ] satisfies [string, Answer][])('that leads to %s is never told with its query or the token', async (_, answer) => {
    const server = await serving(answer)
    const fetcher = openImageFetcher({ allowPrivate: true, maximumBytes: 1000, timeoutSeconds: 0.1 })
    const address = `${server.origin}/a.png?X-Amz-Signature=${canary}#${canary}`
    const error = await failureOf(fetcher.fetch(address, { authorization: `Token ${canary}` }))
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(canary)
    expect(error.message).toContain(server.origin)
    expect(error).not.toHaveProperty('cause')
  })

  test('of any length is told in short', async () => {
    const server = await serving(status(404))
    const error = await failureOf(local.fetch(`${server.origin}/${'a'.repeat(5000)}.png`))
    expect(error.message.length).toBeLessThan(400)
  })
})
