import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeServer, legacyToken, serve } from '../integrations/label-studio/fakeServer.ts'
import { type Ended, hasStackTrace, sixteen } from './support/sixteen.ts'
import { makeWorkplace, type Workplace } from './support/workplace.ts'

let place: Workplace
beforeAll(async () => {
  place = await makeWorkplace('serve-and-connect')
})
afterAll(() => place.remove())

const bare = { SIXTEEN_ACCESS_KEY: '', LABEL_STUDIO_URL: '', LABEL_STUDIO_TOKEN: '' }

function refused(ended: Ended, code: number, message: string | RegExp): void {
  expect(ended, ended.stderr).toMatchObject({ code, stdout: '' })
  expect(ended.stderr).toMatch(message)
  expect(hasStackTrace(ended), ended.stderr).toBe(false)
}

describe('sixteen serve says what is in its way:', () => {
  const serving = (more: readonly string[], env = {}) =>
    sixteen(['serve', '--data', join(place.folder, 'data'), '--port', '0', ...more], { env: { ...bare, ...env } })

  test.each(['0.0.0.0', '::', '192.168.1.20'])('no key for %s', async (host) => {
    refused(await serving(['--host', host]), 2, /SIXTEEN_ACCESS_KEY/)
  })

  test('a Label Studio without a token, whose password is not repeated', async () => {
    const ended = await serving(['--label-studio', 'http://someone:canary@127.0.0.1:1'])
    refused(ended, 2, /LABEL_STUDIO_TOKEN/)
    expect(ended.stderr).not.toContain('canary')
  })

  test('defaults that are no JSON, or no settings', async () => {
    const file = join(place.folder, 'defaults.json')
    await writeFile(file, '{')
    refused(await serving(['--defaults', file]), 2, /defaults\.json is not JSON/)
    await writeFile(file, '{"life":{"seeds":3}}')
    refused(await serving(['--defaults', file]), 2, /Unrecognized key: "seeds"/)
  })

  test('a port that is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    refused(await serving(['--port', String(port)]), 1, /another program listens there/)
    other.close()
  })

  test('another server on the same folder; and warns that no Label Studio is named', async () => {
    const second = Promise.withResolvers<Ended>()
    const when = {
      text: 'LABEL_STUDIO_URL',
      act: (child: { kill(): unknown }) =>
        void serving([])
          .then(second.resolve, second.reject)
          .finally(() => child.kill()),
    }
    const arguments_ = ['serve', '--data', join(place.folder, 'data'), '--port', '0']
    const first = await sixteen(arguments_, { env: bare, when })
    refused(await second.promise, 1, /another sixteen is at work/)
    expect(first).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('sixteen connect --create', () => {
  const project = { id: 4, title: 'Faces', model_version: '' }
  let labelStudio: FakeServer
  let there: object[] = []
  beforeAll(async () => {
    const backend = { id: 1, url: 'http://127.0.0.1:9', title: 'Sixteen', state: 'CO' }
    labelStudio = await serve(({ path, text }) => {
      if (path === 'POST /api/projects/') there = [...there, { ...project, ...JSON.parse(text) }]
      const answers: Record<string, unknown> = {
        'GET /api/version': { release: '1.23.2' },
        'GET /api/current-user/whoami': { id: 1 },
        'GET /api/projects/': { count: there.length, results: there },
        'POST /api/projects/': project,
        'GET /api/projects/4/': there[0],
        'GET /api/ml/': [],
        'POST /api/ml/': backend,
        'GET /api/webhooks/': [],
        'POST /api/webhooks/': { id: 1 },
      }
      return path in answers ? { body: answers[path] } : { status: 404, body: { detail: path } }
    })
  })
  afterAll(() => labelStudio.close())

  test('makes a project once: given again, it connects the one that is there', async () => {
    const arguments_ = ['connect', '--url', labelStudio.address, '--create', 'Faces', '--labels', 'Hair,Eye', '--json']
    const env = { ...bare, LABEL_STUDIO_TOKEN: legacyToken }
    const first = await sixteen([...arguments_, '--backend', 'http://127.0.0.1:9'], { env })
    expect(first, first.stderr).toMatchObject({ code: 0 })
    expect(JSON.parse(first.stdout)).toMatchObject({ project: '4', title: 'Faces', notified: true })
    const second = await sixteen([...arguments_, '--backend', 'http://127.0.0.1:9'], { env })
    expect(JSON.parse(second.stdout)).toMatchObject({
      project: '4',
      notices: expect.arrayContaining([expect.objectContaining({ code: 'project-there' })]),
    })
    expect(there).toHaveLength(1)
    expect(first.stdout + second.stdout).not.toContain(legacyToken)
  })
})
