/** Keys, drafts, and a Label Studio that refuses our address. */
import { createServer, type Server } from 'node:http'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ended, type Loop, openLoop, samplesOf } from './support/loop.ts'
import type { SixteenServer } from './support/sixteenServer.ts'

const accessKey = 'an-access-key-of-the-tests'

describe('a server with an access key', () => {
  let loop: Loop
  let server: SixteenServer
  let endpoint: Server
  const asked: string[] = []
  beforeAll(async () => {
    loop = await openLoop('label-studio-access', { validatePredictions: true })
    const mask = await sharp({ create: { width: 128, height: 128, channels: 3, background: '#ffffff' } })
      .png()
      .toBuffer()
    // What an inference endpoint answers to an image: one segment that covers all of it.
    endpoint = createServer((request, response) => {
      request.resume()
      asked.push(request.headers.authorization ?? 'no token')
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify([{ label: 'Skin', score: 0.9, mask: mask.toString('base64') }]))
    })
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
    const address = z.object({ port: z.int() }).parse(endpoint.address())
    const drafts = {
      model: 'someone/faces',
      endpoint: `http://127.0.0.1:${address.port}/`,
      labels: { Skin: 'person/skin' },
    }
    server = await loop.serve({ accessKey, huggingFaceToken: 'hf_token', defaults: { life: { drafts } } })
  })
  afterAll(async () => {
    endpoint?.close()
    await loop?.close()
  })

  test('is opened by its key alone; a project’s key opens that project alone', async () => {
    const status = async (path: string, key?: string): Promise<number> => {
      const authorization = `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}`
      return (await fetch(server.address + path, { headers: key === undefined ? {} : { authorization } })).status
    }
    expect(await status('/api/projects')).toBe(401)
    expect(await status('/')).toBe(401)
    expect(await status('/api/projects', 'another-key')).toBe(401)
    expect(await status('/api/projects', accessKey)).toBe(200)
    expect(await status('/', accessKey)).toBe(200)
    expect(await status('/k/another-key/health')).toBe(404)
    expect(await status(`/k/${accessKey}/health`)).toBe(200)
  })

  test('hears the webhooks of a connected project, whose seeds carry drafts', async () => {
    const project = await loop.connectedProject(server, 'Locked')
    const seeds = await loop.annotator.seeds(project)
    expect(seeds.map(({ predictions }) => predictions.map(({ model_version }) => model_version))).toEqual(
      seeds.map(() => ['sixteen-v0']),
    )
    expect(asked).toEqual(seeds.map(() => 'Bearer hf_token'))
    const done = server.said(ended(project, 'sixteen-v1'))
    await loop.paintSeeds(project)
    await done
    expect(server.lines.some((line) => line.includes('/k/:key/webhook') && line.includes('"status":200'))).toBe(true)
    const logged = server.lines.join('\n')
    for (const secret of [accessKey, loop.labelStudio.token, 'hf_token']) expect(logged).not.toContain(secret)
  })
})

describe('a Label Studio that refuses our address', () => {
  let loop: Loop
  afterEach(() => loop?.close())

  test('is explained what to change, and the loop goes on by looking', async () => {
    loop = await openLoop('label-studio-refusing', {
      validatePredictions: true,
      environment: { ML_BLOCK_LOCAL_IP: undefined, SSRF_PROTECTION_ENABLED: undefined },
    })
    const server = await loop.serve()
    const project = await loop.annotator.createProject('Refused')
    const shown = server.said(ended(project, 'seeds'))
    const printed = await loop.connect(server, project)
    expect(printed).toContain('ML_BLOCK_LOCAL_IP=false')
    await shown
    const done = server.said(ended(project, 'sixteen-v1'))
    await loop.paintSeeds(project)
    await done
    const generated = await loop.annotator.generated(project)
    expect(new Set(samplesOf(generated)).size).toBe(5)
  })
})
