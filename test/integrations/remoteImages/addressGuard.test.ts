import type { LookupAddress } from 'node:dns'
import { describe, expect, test } from 'vitest'
import { guardAddresses } from '../../../integrations/remoteImages/addressGuard.ts'
import { openImageFetcher, type Resolve } from '../../../integrations/remoteImages/index.ts'
import { status, useFileServers, whole } from '../download/fileServer.ts'
import { failureOf, found, local, png } from './fetching.ts'

const serving = useFileServers()
const careful = openImageFetcher({ allowPrivate: false })

describe('an address without a name', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '①②⑦.⓪.⓪.①',
    '%31%32%37.0.0.1',
    '10.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[fd00::1]',
  ])('that is private is refused, however it is spelled: %s', async (host) => {
    const server = await serving(whole(png))
    const { port } = new URL(server.origin)
    const error = await failureOf(careful.fetch(`http://${host}:${port}/a.png`))
    expect(error.message).toContain('leads to this machine or a private network')
    expect(error.mayPass).toBe(false)
    expect(server.asked).toEqual([])
  })

  test.each([
    '169.254.169.254',
    '0.0.0.0',
    '0',
    '2852039166',
    '0xa9fea9fe',
    '[::]',
    '[::ffff:169.254.169.254]',
    '[fe80::1]',
  ])('from which images never come is refused, also where private ones are allowed: %s', async (host) => {
    for (const fetcher of [careful, local]) {
      const error = await failureOf(fetcher.fetch(`http://${host}/latest/meta-data/`))
      expect(error.message).toContain('leads to an address that images are never fetched from')
    }
  })
})

describe('a name', () => {
  const withNames = (lookup: Resolve, allowPrivate = false) => openImageFetcher({ allowPrivate, lookup })

  test('is looked up once, and what was found is connected to', async () => {
    const server = await serving(whole(png))
    const { port } = new URL(server.origin)
    const asked: string[] = []
    const fetcher = withNames(async (host) => {
      asked.push(host)
      return found('127.0.0.1')
    }, true)
    expect(await fetcher.fetch(`http://photos.example:${port}/a.png`)).toEqual(png)
    expect(asked).toEqual(['photos.example'])
    expect(server.asked).toMatchObject([{ host: `photos.example:${port}` }])
  })

  test.each([
    ['a private network', found('10.0.0.5')],
    ['this machine', found('127.0.0.1')],
    ['this machine by IPv6', found('::1')],
    ['an IPv4 address mapped to IPv6', found('::ffff:127.0.0.1')],
    ['credentials of a cloud', found('169.254.169.254')],
    ['the internet first and a private network second', found('93.184.216.34', '10.0.0.5')],
    ['the internet by IPv4 and this machine by IPv6', found('93.184.216.34', '::1')],
  ])('that leads to %s is refused', async (_, addresses) => {
    const error = await failureOf(withNames(async () => addresses).fetch('https://photos.example/a.png?s=canary'))
    expect(error.message).toMatch(/^The image at https:\/\/photos.example\/a.png leads to /)
    expect(error.mayPass).toBe(false)
  })

  test.each(['localhost', 'LOCALHOST', 'localhost.'])('of this machine is refused: %s', async (host) => {
    const server = await serving(whole(png))
    const { port } = new URL(server.origin)
    const error = await failureOf(
      withNames(async () => found('127.0.0.1', '::1')).fetch(`http://${host}:${port}/a.png`),
    )
    expect(error.message).toContain('private network')
    expect(server.asked).toEqual([])
  })

  test('that leads to the internet at first and to a private network later is refused later', async () => {
    const answers = [found('93.184.216.34'), found('192.168.0.1')]
    const guard = guardAddresses(false, async () => answers.shift() ?? [])
    const lookup = guard.lookupFor(new URL('http://rebinding.example/a.png'))
    const look = () =>
      new Promise<string | LookupAddress[]>((resolve, reject) =>
        lookup('rebinding.example', { all: true }, (error, address) =>
          error === null ? resolve(address) : reject(error),
        ),
      )
    expect(await look()).toEqual([{ address: '93.184.216.34', family: 4 }])
    await expect(look()).rejects.toThrow('private network')
  })

  test('that leads nowhere is told by its code, and later may be another matter', async () => {
    const unknown = await failureOf(withNames(async () => []).fetch('http://nowhere.example/a.png'))
    expect(unknown.message).toBe(
      'The image at http://nowhere.example/a.png cannot be fetched (ENOTFOUND): check the address.',
    )
    expect(unknown.mayPass).toBe(false)
    const failing: Resolve = async () => {
      throw Object.assign(new Error('getaddrinfo EAI_AGAIN nowhere.example'), { code: 'EAI_AGAIN' })
    }
    expect((await failureOf(withNames(failing).fetch('http://nowhere.example/a.png'))).mayPass).toBe(true)
  })
})

describe('a redirect', () => {
  test.each([
    ['http://127.0.0.1:9/', 'private network'],
    ['http://[::1]:9/', 'private network'],
    ['http://2130706433:9/', 'private network'],
    ['http://169.254.169.254/latest/meta-data/', 'never fetched from'],
    ['http://internal.example/', 'private network'],
  ])('from a trusted server to %s is refused', async (location, message) => {
    const server = await serving(status(302, { location }))
    const fetcher = openImageFetcher({ allowPrivate: false, lookup: async () => found('10.1.2.3') })
    const error = await failureOf(fetcher.fetch(`${server.origin}/a.png`, { trusted: true }))
    expect(error.message).toContain(message)
    expect(server.asked).toHaveLength(1)
  })

  test('within a trusted server is followed', async () => {
    const server = await serving(status(302, { location: '/b.png' }), whole(png))
    expect(await careful.fetch(`${server.origin}/a.png`, { trusted: true })).toEqual(png)
  })
})

test('A server is trusted only where that is said.', async () => {
  const server = await serving(whole(png))
  expect(await careful.fetch(`${server.origin}/a.png`, { trusted: true })).toEqual(png)
  const error = await failureOf(careful.fetch(`${server.origin}/a.png`))
  expect(error.message).toContain('private network')
  expect(server.asked).toHaveLength(1)
})
