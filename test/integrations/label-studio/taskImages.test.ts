import { describe, expect, test } from 'vitest'
import { openLabelStudio } from '../../../integrations/label-studio/platform.ts'
import type { TaskImageOptions } from '../../../integrations/label-studio/taskImages.ts'
import { PlatformError } from '../../../integrations/platform/index.ts'
import { type Answer, status, useFileServers, whole } from '../download/fileServer.ts'
import { failureOf, png } from '../remoteImages/fetching.ts'
import { legacyToken, quickClient } from './fakeServer.ts'

const serving = useFileServers()
const authorization = `Token ${legacyToken}`

/** Reads the image of task 20 from a server that answers so. */
async function reading(
  image: string | ((origin: string) => string),
  answer: Answer = whole(png),
  options: Options = {},
) {
  const server = await serving(answer)
  const { below = '', ...rest } = options
  const platform = openLabelStudio(quickClient(`${server.origin}${below}`), rest)
  const address = typeof image === 'string' ? image : image(server.origin)
  return { server, read: platform.readImage('1', { id: '20', image: address }) }
}
interface Options extends TaskImageOptions {
  /** Path at which the server begins. */
  readonly below?: string
}

describe('an image that lies on the server', () => {
  test.each([
    '/data/upload/20/f6985a32-im.png',
    '/data/local-files/?d=a/b.jpg',
    '/storage-data/uploaded/?filepath=upload/20/a.png',
  ])('is read with the token: %s', async (image) => {
    const { server, read } = await reading(image)
    expect(await read).toEqual(png)
    expect(server.asked).toMatchObject([{ path: image, authorization }])
  })

  test('is read with the token where its address is written in full', async () => {
    const { server, read } = await reading((origin) => `${origin}/data/upload/20/a.png`)
    expect(await read).toEqual(png)
    expect(server.asked).toMatchObject([{ path: '/data/upload/20/a.png', authorization }])
  })

  test('on its disk is read there, whatever address browsers have for the server', async () => {
    const { server, read } = await reading('https://labels.example/tools/data/local-files/?d=a%20cat/b.jpg')
    expect(await read).toEqual(png)
    expect(server.asked).toMatchObject([{ path: '/data/local-files/?d=a%20cat/b.jpg', authorization }])
  })

  test.each([
    ['/data/upload/20/a.png', '/label-studio/data/upload/20/a.png'],
    ['/label-studio/data/upload/20/a.png', '/label-studio/data/upload/20/a.png'],
    ['s3://b/a.png', '/label-studio/tasks/20/resolve/?fileuri=czM6Ly9iL2EucG5n'],
  ])('is found where the server begins at a path: %s', async (image, path) => {
    const { server, read } = await reading(image, whole(png), { below: '/label-studio' })
    expect(await read).toEqual(png)
    expect(server.asked).toMatchObject([{ path, authorization }])
  })

  test.each([
    '/api/projects/1/export?exportType=JSON',
    '/api/current-user/whoami',
    '/data/../api/current-user/whoami',
    '/data/%2e%2e/api/current-user/whoami',
    '/data/..%2fapi/current-user/whoami',
    '/data/..%5Capi/current-user/whoami',
    '/tasks/20/resolve/../../../api/version',
    '/user/login/',
  ])('gets no token where no files are: %s', async (image) => {
    const { server, read } = await reading(image)
    await read.catch(() => undefined)
    expect(server.asked).toHaveLength(1)
    expect(server.asked[0]?.authorization).toBeUndefined()
  })

  test('is not trusted beside the path at which the server begins', async () => {
    const { server, read } = await reading((origin) => `${origin}/other/a.png`, whole(png), { below: '/label-studio' })
    expect((await failureOf(read)).message).toContain('private network')
    expect(server.asked).toEqual([])
  })

  test('is refused where the server wants to be signed in to', async () => {
    const { read } = await reading('/data/upload/20/a.png', whole(Buffer.from('<!doctype html><form></form>')))
    expect((await failureOf(read)).message).toContain('the address answered a page, not an image')
  })

  test('may come later where the server does not answer now', async () => {
    const { read } = await reading('/data/upload/20/a.png', status(503))
    expect((await failureOf(read)).mayPass).toBe(true)
  })
})

describe('an image of a storage', () => {
  // base64 of the text, as `base64 -w0` and `tr +/ -_` write it.
  test.each([
    ['s3://bucket/a?b~c.png', 'czM6Ly9idWNrZXQvYT9ifmMucG5n'],
    ['s3://bucket/ü>>>.png', 'czM6Ly9idWNrZXQvw7w-Pj4ucG5n'],
    ['gs://bucket/a.png', 'Z3M6Ly9idWNrZXQvYS5wbmc='],
    ['azure-blob://box/a.png', 'YXp1cmUtYmxvYjovL2JveC9hLnBuZw=='],
  ])('is resolved by the server: %s', async (image, fileuri) => {
    const { server, read } = await reading(image)
    expect(await read).toEqual(png)
    const { pathname, searchParams } = new URL(String(server.asked[0]?.path), server.origin)
    expect(pathname).toBe('/tasks/20/resolve/')
    expect(searchParams.get('fileuri')).toBe(fileuri)
    expect(server.asked).toMatchObject([{ authorization }])
  })

  test('is fetched from where the server leads, without the token', async () => {
    const storage = await serving(whole(png))
    const redirect = status(303, { location: `${storage.origin}/bucket/a.png?X-Amz-Signature=canary` })
    const { read } = await reading('s3://bucket/a.png', redirect, { allowPrivateImages: true })
    expect(await read).toEqual(png)
    expect(storage.asked).toMatchObject([{ path: '/bucket/a.png?X-Amz-Signature=canary' }])
    expect(storage.asked[0]?.authorization).toBeUndefined()
  })

  test('in a private network is refused unless that is allowed, and its signature is not told', async () => {
    const storage = await serving(whole(png))
    const redirect = status(303, { location: `${storage.origin}/bucket/a.png?X-Amz-Signature=canary` })
    const error = await failureOf((await reading('s3://bucket/a.png', redirect)).read)
    expect(error.message).toContain(`${storage.origin}/bucket/a.png leads to this machine or a private network`)
    expect(error.message).not.toContain('canary')
    expect(storage.asked).toEqual([])
  })
})

describe('an image somewhere else', () => {
  test('is fetched without the token', async () => {
    const elsewhere = await serving(whole(png))
    const { server, read } = await reading(`${elsewhere.origin}/data/upload/20/a.png`, whole(png), {
      allowPrivateImages: true,
    })
    expect(await read).toEqual(png)
    expect(elsewhere.asked[0]?.authorization).toBeUndefined()
    expect(server.asked).toEqual([])
  })

  test('in a private network is refused unless that is allowed', async () => {
    const elsewhere = await serving(whole(png))
    const error = await failureOf((await reading(`${elsewhere.origin}/a.png`)).read)
    expect(error.message).toContain('private network')
    expect(elsewhere.asked).toEqual([])
  })

  test.each(['//127.0.0.1:9/a.png', '/\\127.0.0.1:9/a.png', 'http:\\\\127.0.0.1:9\\a.png'])(
    'is one without a scheme or with other slashes, too: %s',
    async (image) => {
      const { server, read } = await reading(image, whole(png), { below: '/label-studio' })
      expect((await failureOf(read)).message).toContain('private network')
      expect(server.asked).toEqual([])
    },
  )

  test.each([
    ['file:///etc/passwd', 'not over file'],
    ['redis://bucket/a.png', 'not over redis'],
    ['a.png', 'The image of task 20 has no address'],
    ['data/upload/20/a.png', 'The image of task 20 has no address'],
    ['a cat on a mat', 'The image of task 20 has no address'],
    ['//', 'The image of task 20 has no address'],
  ])('is none: %s', async (image, message) => {
    const { server, read } = await reading(image)
    expect((await failureOf(read)).message).toContain(message)
    expect(server.asked).toEqual([])
  })
})

describe('an image in the task itself', () => {
  test('is read from its data URI', async () => {
    const { server, read } = await reading(`data:image/png;base64,${Buffer.from(png).toString('base64')}`)
    expect(await read).toEqual(png)
    expect(server.asked).toEqual([])
  })

  test('is refused where it is none', async () => {
    const { read } = await reading('data:text/html;base64,PGh0bWw+')
    expect((await failureOf(read)).message).toContain('a page, not an image')
  })
})

test('A personal token that cannot be exchanged is an error of the platform.', async () => {
  const server = await serving(status(401))
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl'
  const platform = openLabelStudio(quickClient(server.origin, { token }))
  const read = platform.readImage('1', { id: '20', image: '/data/upload/20/a.png' })
  await expect(read).rejects.toThrow(PlatformError)
  await expect(read).rejects.not.toThrow(token)
})
