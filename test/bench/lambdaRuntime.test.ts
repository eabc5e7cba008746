import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCloudServices } from '../../bench/support/lambdaRuntime/cloudServices.ts'
import { coldStart } from '../../bench/support/lambdaRuntime/coldStart.ts'
import { InterfaceClientError, interfaceClient } from '../../bench/support/lambdaRuntime/interfaceClient.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sixteen-runtime-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** As small an interface client as asks and answers: the real one is built where it is measured. */
const client = `
const { handler } = await import('file://' + process.env.LAMBDA_TASK_ROOT + '/index.mjs')
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/'
for (;;) {
  const event = await fetch(base + 'invocation/next')
  const id = event.headers.get('lambda-runtime-aws-request-id')
  const post = (path, body) => fetch(base + 'invocation/' + id + path, { method: 'POST', body: JSON.stringify(body) })
  try {
    await post('/response', await handler(await event.json()))
  } catch (error) {
    await post('/error', { errorMessage: error.message })
  }
}
`

function functionOf(handler: string) {
  const task = join(folder, 'task')
  mkdirSync(task)
  writeFileSync(join(task, 'index.mjs'), `export const handler = ${handler}\n`)
  writeFileSync(join(folder, 'client.mjs'), client)
  return { client: join(folder, 'client.mjs'), folder: task, environment: { NAME: 'value' } }
}

describe('a cold start', () => {
  test('hands out every event once, in order, and has all answers', async () => {
    const echo = functionOf('async (event) => ({ event, name: process.env.NAME })')
    const { invocations, initialization } = await coldStart(echo, ['a', { b: 1 }])
    expect(invocations.map(({ answer }) => JSON.parse(answer))).toEqual([
      { event: 'a', name: 'value' },
      { event: { b: 1 }, name: 'value' },
    ])
    expect(initialization).toBeGreaterThan(0)
  })

  test('passes nothing of our own environment on', async () => {
    const names = functionOf('async () => Object.keys(process.env)')
    const [given] = (await coldStart(names, [1])).invocations
    expect(JSON.parse(given?.answer ?? '')).not.toContain('HOME')
  })

  test('fails where the function does, and says how', async () => {
    const failing = functionOf("async () => { throw new Error('broken') }")
    await expect(coldStart(failing, [1])).rejects.toThrow('broken')
  })

  test('fails where the process ends, and shows what it wrote', async () => {
    const ending = functionOf("async () => { console.error('no such thing'); process.exit(3) }")
    await expect(coldStart(ending, [1])).rejects.toThrow(/ended with 3 .*no such thing/s)
  })
})

test('services on this machine give out one secret and keep what is sent', async () => {
  const services = await openCloudServices('key')
  const call = async (target: string, body: object) => {
    const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' }
    const answer = await fetch(services.address, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, body: await answer.json() }
  }
  const { body: secret } = await call('secretsmanager.GetSecretValue', { SecretId: 'any' })
  expect(secret).toMatchObject({ SecretString: 'key' })
  // The MD5 of 'abc' stands in RFC 1321.
  const sent = await call('AmazonSQS.SendMessageBatch', { Entries: [{ Id: '0', MessageBody: 'abc' }] })
  expect(sent.body).toMatchObject({
    Successful: [{ Id: '0', MD5OfMessageBody: '900150983cd24fb0d6963f7d28e17f72' }],
  })
  expect(services.sent).toEqual(['abc'])
  expect((await call('AmazonSQS.PurgeQueue', {})).status).toBe(400)
  await services.close()
})

test('an interface client that cannot be built says which tools are missing', () => {
  const { PATH } = process.env
  process.env.PATH = folder
  try {
    expect(() => interfaceClient(folder)).toThrow(InterfaceClientError)
    expect(() => interfaceClient(folder)).toThrow(/apt-get install .*cmake .*g\+\+/)
  } finally {
    process.env.PATH = PATH
  }
})
