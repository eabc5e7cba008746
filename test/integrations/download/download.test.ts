import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { download, fileAt } from '../../../integrations/download/index.ts'
import { unlikeBytes, useDownloading } from './downloading.ts'
import {
  type Answer,
  type FileServer,
  held,
  nothing,
  partOf,
  ranged,
  status,
  useFileServers,
  whole,
} from './fileServer.ts'

const bytes = unlikeBytes(300_000)
const other = unlikeBytes(300_000, 2)
const etag = '"one"'

const serving = useFileServers()
const place = useDownloading()

/** Downloads, and drops the connection each time so many bytes are there. */
const dropping = (server: FileServer, ...places: readonly number[]) => ({
  onProgress: ({ done }: { readonly done: number }) => {
    if (places.includes(done)) server.drop()
  },
})

describe('a download', () => {
  test('gives the bytes of the file, and tells how many of how many are there', async () => {
    const server = await serving(whole(bytes, { etag }))
    const seen: (number | undefined)[][] = []
    const got = await place.here.get(`${server.origin}/a.pkl`, {
      onProgress: ({ done, total }) => seen.push([done, total]),
    })
    expect(got).toEqual(bytes)
    expect(seen[0]).toEqual([0, bytes.length])
    expect(seen.at(-1)).toEqual([bytes.length, bytes.length])
  })

  test('asks for the bytes as they are, since compressed ones have other lengths', async () => {
    const server = await serving(whole(bytes))
    await place.here.get(`${server.origin}/a.pkl`)
    expect(server.asked).toMatchObject([{ 'accept-encoding': 'identity' }])
  })

  test('takes a file of unknown length to its end', async () => {
    const server = await serving((_, response) => void response.writeHead(200, { etag }).end(bytes))
    expect(await place.here.get(`${server.origin}/a.pkl`)).toEqual(bytes)
  })

  test('can be taken off the disk when nobody needs it any more', async () => {
    const server = await serving(whole(bytes, { etag }))
    const { folder } = place.here
    const file = await download(fileAt(`${server.origin}/a.pkl`), { folder, limit: 1e9, wait: async () => {} })
    expect(file).toMatchObject({ bytes: bytes.length, etag: 'one' })
    await file.remove()
    expect(await place.here.parts()).toEqual([])
  })
})

describe('a connection that is dropped', () => {
  test('is made again after a pause, for the rest alone, if the file is still the same', async () => {
    const server = await serving(held(bytes, 1000, { etag }), held(bytes, 500, { etag }), ranged(bytes, { etag }))
    expect(await place.here.get(`${server.origin}/a.pkl`, dropping(server, 1000, 1500))).toEqual(bytes)
    expect(server.asked.map(({ range, 'if-range': condition }) => [range, condition])).toEqual([
      [undefined, undefined],
      ['bytes=1000-', etag],
      ['bytes=1500-', etag],
    ])
    expect(place.here.pauses).toEqual([1, 2])
    expect(place.here.troubles[0]).toContain('the connection broke off (UND_ERR_SOCKET)')
  })

  test('is made again by the next process where the one before was ended', async () => {
    const server = await serving(held(bytes, 1000, { etag }), ranged(bytes, { etag }))
    const ending = new AbortController()
    const reason = new Error('interrupted')
    const onProgress = ({ done }: { readonly done: number }) => void (done === 1000 && ending.abort(reason))
    const address = `${server.origin}/a.pkl`
    expect(await place.here.failure(address, { signal: ending.signal, onProgress })).toBe(reason)
    expect(await place.here.parts()).toEqual([1000])
    expect(await place.here.get(address)).toEqual(bytes)
    expect(server.asked[1]?.range).toBe('bytes=1000-')
  })

  test('is given up where it brings nothing five times in a row; what is there stays', async () => {
    const server = await serving(held(bytes, 1000, { etag }), nothing)
    const error = await place.here.failure(`${server.origin}/a.pkl`, dropping(server, 1000))
    expect(error).toMatchObject({ name: 'DownloadError', message: expect.stringContaining('5 times in a row') })
    expect(place.here.pauses).toEqual([1, 2, 4, 8])
    expect(server.asked).toHaveLength(5)
    expect(await place.here.parts()).toEqual([1000])
  })

  test('is made again as often as it takes, while each brings more', async () => {
    const large = unlikeBytes(9 * 2 ** 20)
    const server = await serving(held(large, 2 ** 20, { etag }))
    const next = { until: 2 ** 20 }
    const onProgress = ({ done }: { readonly done: number }): void => {
      if (done < next.until) return
      next.until += 2 ** 20
      server.drop()
    }
    expect(await place.here.get(`${server.origin}/a.pkl`, { onProgress })).toEqual(large)
    expect(server.asked.length).toBeGreaterThan(5)
  })

  test('in the middle of an announced length is none that ended', async () => {
    const server = await serving((_, response) => {
      response.writeHead(200, { 'content-length': 2000, connection: 'close' })
      response.write(bytes.subarray(0, 1000), () => response.socket?.end())
    })
    const error = await place.here.failure(`${server.origin}/a.pkl`)
    expect(error).toMatchObject({ name: 'DownloadError', message: expect.stringContaining('5 times in a row') })
  })

  test('cannot be made at all: that is tried again, too', async () => {
    const server = await serving(nothing)
    await server.close()
    const error = await place.here.failure(`${server.origin}/a.pkl`)
    expect(error).toMatchObject({ message: expect.stringMatching(/cannot be reached \(ECONNREFUSED\), 5 times/) })
  })
})

describe('the rest of a file', () => {
  /** A part of 1000 bytes lies there; then the server answers like this. */
  async function resumed(answers: readonly Answer[], first = held(bytes, 1000, { etag })) {
    const server = await serving(first, ...answers)
    return { server, result: await place.here.get(`${server.origin}/a.pkl`, dropping(server, 1000)) }
  }

  test('is thrown together with nothing of another file: that one is fetched from its beginning', async () => {
    expect((await resumed([ranged(other, { etag: '"two"' })])).result).toEqual(other)
  })

  test('from a server that knows no ranges is the whole file again', async () => {
    expect((await resumed([whole(bytes, { etag })])).result).toEqual(bytes)
  })

  test.each([
    ['under another etag', partOf(other, 1000, { etag: '"two"' })],
    ['of another length', partOf(other.subarray(0, 200_000), 1000, { etag })],
    ['that ends before what is there', status(416, { 'content-range': 'bytes */500' })],
    ['that is nothing', status(416)],
  ])('%s is of another file: the beginning is thrown away', async (_, answer) => {
    const { server, result } = await resumed([answer, ranged(other, { etag: '"two"' })])
    expect(result).toEqual(other)
    expect(server.asked[2]?.range).toBeUndefined()
  })

  test('that begins elsewhere is refused', async () => {
    const server = await serving(held(bytes, 1000, { etag }), partOf(bytes, 2000, { etag }))
    const error = await place.here.failure(`${server.origin}/a.pkl`, dropping(server, 1000))
    expect(error).toMatchObject({ message: expect.stringContaining('sends another part of it') })
  })

  test('need not tell the length of the whole', async () => {
    const server = await serving(held(bytes, 1000, { etag }), partOf(bytes, 1000, { etag }, '*'))
    expect(await place.here.get(`${server.origin}/a.pkl`, dropping(server, 1000))).toEqual(bytes)
  })

  test.each([
    ['no etag', undefined],
    ['a weak etag, which says nothing of bytes', 'W/"one"'],
  ])('is not asked for where the file has %s', async (_, weak) => {
    const headers = weak === undefined ? {} : { etag: weak }
    const { server, result } = await resumed([whole(other, headers)], held(bytes, 1000, headers))
    expect(result).toEqual(other)
    expect(server.asked[1]?.range).toBeUndefined()
  })

  test('is not asked for where the note beside the part is damaged', async () => {
    const server = await serving(whole(bytes, { etag }))
    const address = `${server.origin}/a.pkl`
    await place.here.get(address)
    const { folder } = place.here
    await writeFile(join(folder, `${fileAt(address).id}.json`), '{"schemaVersion": 1, "addr')
    expect(await place.here.get(address)).toEqual(bytes)
    expect(server.asked[1]?.range).toBeUndefined()
  })

  test('is nothing where the file is whole: it is asked after, and not sent again', async () => {
    const server = await serving(ranged(bytes, { etag }))
    const address = `${server.origin}/a.pkl`
    await place.here.get(address)
    expect(await place.here.get(address)).toEqual(bytes)
    expect(server.asked.map(({ range }) => range)).toEqual([undefined, `bytes=${bytes.length}-`])
  })
})

test('a note beside the part says which file it is of, without the query', async () => {
  const server = await serving(whole(bytes, { etag }))
  const address = `${server.origin}/a.pkl?signature=canary-signature#here`
  await place.here.get(address)
  const note = await readFile(join(place.here.folder, `${fileAt(address).id}.json`), 'utf8')
  expect(JSON.parse(note)).toEqual({
    schemaVersion: 1,
    address: `${server.origin}/a.pkl`,
    etag,
    bytes: bytes.length,
  })
})
