import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hubFile, parseHubAddress } from '../../../integrations/huggingface/hubFile.ts'
import { messageOf, unlikeBytes, useDownloading } from '../download/downloading.ts'
import { type Answer, held, nothing, ranged, status, useFileServers } from '../download/fileServer.ts'

const bytes = unlikeBytes(300_000)
const sha256 = createHash('sha256').update(bytes).digest('hex')
const token = 'hf_canary0123456789'
const address = parseHubAddress('hf://someone/stylegan@v1/models/cats.pt')

const serving = useFileServers()
const place = useDownloading()

/** How the hub answers for a large file: with size and hash of what is stored elsewhere. */
const stored: Answer = (_, response) => {
  response.writeHead(200, {
    'content-type': 'application/vnd.xet-fileinfo+json',
    'x-linked-size': bytes.length,
    'x-linked-etag': `"${sha256}"`,
    'x-xet-hash': 'a'.repeat(64),
    link: '<http://127.0.0.1:9/auth>; rel="xet-auth", <http://127.0.0.1:9/info>; rel="xet-reconstruction-info"',
  })
  response.end('{}')
}

describe('an address of the hub', () => {
  test.each([
    ['hf://someone/faces/ffhq.pkl', 'someone/faces', 'main', 'ffhq.pkl'],
    ['hf://someone/faces@v1.0/a/b/ffhq.pkl', 'someone/faces', 'v1.0', 'a/b/ffhq.pkl'],
    ['hf://someone/faces@refs%2Fpr%2F1/ffhq.pkl', 'someone/faces', 'refs/pr/1', 'ffhq.pkl'],
    ['hf://datasets/someone/faces/ffhq.pkl', 'datasets/someone/faces', 'main', 'ffhq.pkl'],
  ])('%s', (text, repository, revision, path) => {
    expect(parseHubAddress(text)).toEqual({ repository, revision, path })
  })

  test.each([
    'hf://someone/faces',
    'hf://someone/faces/',
    'hf://faces.pkl',
    'hf://someone/faces/../../../api/whoami',
    'hf://someone/faces//a.pkl',
    'hf://someone/../a.pkl',
    'hf://some one/faces/a.pkl',
  ])('%s is none', (text) => {
    expect(() => parseHubAddress(text)).toThrow('write hf://owner/repository/file.pkl')
  })
})

describe('a file of the hub', () => {
  test('is fetched from the address that its library names, with the token for the hub alone', async () => {
    const elsewhere = await serving(ranged(bytes, { etag: '"storage"' }))
    const hub = await serving(stored, status(302, { location: `${elsewhere.origin}/xet?signature=1` }))
    expect(await place.here.get(hubFile(address, { token, hub: hub.origin }))).toEqual(bytes)
    const path = '/someone/stylegan/resolve/v1/models/cats.pt'
    const authorization = `Bearer ${token}`
    expect(hub.asked).toMatchObject([
      { path, authorization },
      { path, authorization },
    ])
    expect(elsewhere.asked[0]?.authorization).toBeUndefined()
  })

  test('is gone on with by the hub’s own etag, whatever that of its storage is', async () => {
    const elsewhere = await serving(held(bytes, 1000, { etag: '"a"' }), ranged(bytes, { etag: '"b"' }))
    const to = status(302, { location: `${elsewhere.origin}/xet` })
    const hub = await serving(stored, to, stored, to)
    const onProgress = ({ done }: { readonly done: number }) => void (done === 1000 && elsewhere.drop())
    expect(await place.here.get(hubFile(address, { hub: hub.origin }), { onProgress })).toEqual(bytes)
    expect(elsewhere.asked[1]).toMatchObject({ range: 'bytes=1000-' })
    expect(elsewhere.asked[1]).not.toHaveProperty('if-range')
  })

  test('that is whole is not asked for again', async () => {
    const elsewhere = await serving(ranged(bytes, { etag: '"a"' }))
    const hub = await serving(stored, status(302, { location: `${elsewhere.origin}/xet` }), stored)
    const file = hubFile(address, { hub: hub.origin })
    await place.here.get(file)
    expect(await place.here.get(file)).toEqual(bytes)
    expect(elsewhere.asked).toHaveLength(1)
  })

  test('may have a name that an address cannot hold as it is', async () => {
    const hub = await serving(status(404))
    await place.here.failure(hubFile(parseHubAddress('hf://a/b/x?y#z%.pkl'), { hub: hub.origin }))
    expect(hub.asked[0]?.path).toBe('/a/b/resolve/main/x%3Fy%23z%25.pkl')
  })

  test('is asked for again where the hub is busy, or not there for a moment', async () => {
    const elsewhere = await serving(ranged(bytes, { etag: '"a"' }))
    const to = status(302, { location: `${elsewhere.origin}/xet` })
    const hub = await serving(status(503), status(429), nothing, stored, to)
    expect(await place.here.get(hubFile(address, { hub: hub.origin }))).toEqual(bytes)
    expect(place.here.pauses).toEqual([1, 2, 4])
  })
})

describe('the hub', () => {
  const refusal = async (answer: Answer, given: string | undefined) => {
    const hub = await serving(answer)
    return messageOf(await place.here.failure(hubFile(address, { token: given, hub: hub.origin })))
  }

  test.each([
    [401, undefined, /does not exist, or is private or gated: .* as HF_TOKEN/],
    [401, token, /refuses HF_TOKEN/],
    [403, token, /someone\/stylegan is gated, and this account may not read it: accept its terms at http/],
    [404, token, /the hub has no models\/cats.pt in someone\/stylegan@v1/],
    [418, token, /the hub answers 418/],
  ])('answers %i: what that means is said, and no token repeated', async (code, given, message) => {
    const parrot: Answer = (request, response) =>
      void response
        .writeHead(code, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: request.headers.authorization }))
    const said = await refusal(parrot, given)
    expect(said).toMatch(message)
    expect(said).toMatch(/^DownloadError: /)
    expect(said).not.toContain(token)
  })

  test('says that there is no such file', async () => {
    const said = await refusal(status(404, { 'x-error-code': 'EntryNotFound' }), undefined)
    expect(said).toContain('someone/stylegan@v1 has no file models/cats.pt')
  })

  test('that says no size is not understood', async () => {
    expect(await refusal(status(200), undefined)).toContain('does not say how large the file is')
  })

  test('is not asked with a token that cannot be one', () => {
    expect(() => hubFile(address, { token: 'secret-canary' })).toThrow(/^HF_TOKEN is no token of the Hugging Face hub/)
    expect(() => hubFile(address, { token: 'secret-canary' })).not.toThrow('canary')
  })
})
