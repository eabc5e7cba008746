import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { labelStudioProgram, labelStudioTemplate } from '../../scripts/label-studio-environment.ts'
import { type LabelStudioServer, LabelStudioServerError, startLabelStudio } from '../../scripts/label-studio-server.ts'
import { serverEnvironment } from '../../scripts/label-studio-server-environment.ts'

let folder: string
let running: LabelStudioServer | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sixteen-server-'))
})
afterEach(async () => {
  await running?.kill()
  running = undefined
  rmSync(folder, { recursive: true })
})

/** A program that behaves like `label-studio` as far as it matters here. */
function program(start: string): string {
  const path = join(folder, 'label-studio.mjs')
  const source = `#!${process.execPath}
import { appendFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const data = process.env.LABEL_STUDIO_BASE_DATA_DIR
const port = Number(process.argv.at(-1))
if (process.argv[2] === 'version') {
  writeFileSync(data + '/database', 'tables')
  appendFileSync(${JSON.stringify(join(folder, 'migrations'))}, 'x')
} else {
  const serve = (token) => createServer((request, response) => {
    response.statusCode = request.url === '/health' || request.headers.authorization === 'Token ' + token ? 200 : 401
    response.end('{"status":"UP"}')
  }).listen(port, '127.0.0.1')
  ${start}
}
`
  writeFileSync(path, source)
  chmodSync(path, 0o755)
  return path
}
const works = 'serve(process.env.LABEL_STUDIO_USER_TOKEN)'
const template = (): string => {
  const path = join(folder, 'template')
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'database'), 'tables')
  return path
}
const start = (source: string, port?: number) =>
  startLabelStudio({
    dataFolder: join(folder, 'data'),
    program: program(source),
    templateFolder: template(),
    ...(port === undefined ? {} : { port }),
  })
const status = async ({ address, token }: LabelStudioServer): Promise<number> =>
  (await fetch(`${address}/api/current-user/whoami`, { headers: { Authorization: `Token ${token}` } })).status

describe('a Label Studio server for tests', () => {
  it('begins with a copy of the template, on loopback, with an account of its own', async () => {
    running = await start(works)
    expect(running.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(running.token).toMatch(/^[0-9a-f]{40}$/)
    expect(await status(running)).toBe(200)
    expect(readFileSync(join(folder, 'data/database'), 'utf8')).toBe('tables')
  })

  it('keeps address and account when it is started again, also by another process', async () => {
    running = await start(works)
    await running.restart()
    expect(await status(running)).toBe(200)
    await running.stop()
    await expect(status(running)).rejects.toThrow()
    const again = await start(works)
    expect({ token: again.token, password: again.password }).toEqual({
      token: running.token,
      password: running.password,
    })
    running = again
  })

  it('is gone at once when it is killed', async () => {
    running = await start(`process.on('SIGTERM', () => {}); ${works}`)
    await running.kill()
    await expect(status(running)).rejects.toThrow()
  })

  it('that ends while starting is an error with the end of its log', async () => {
    const attempt = start(`console.error('no such table'); process.exit(3)`)
    await expect(attempt).rejects.toThrow(LabelStudioServerError)
    await expect(attempt).rejects.toThrow(/exit code 3[\s\S]*no such table/)
  })

  it('that moves to another port, as it does from a busy one, is an error', async () => {
    const busy = createServer()
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
    const address = busy.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const moved = `console.log('* Port ' + port + ' is in use.'); setInterval(() => {}, 1000)`
      await expect(start(moved, port)).rejects.toThrow(/taken by another program/)
    } finally {
      busy.close()
    }
  })

  it('that is not ours, since it does not know our token, is not taken for it', async () => {
    await expect(start(`serve('another'); setTimeout(() => process.exit(4), 700)`)).rejects.toThrow(/exit code 4/)
  })
})

describe('its environment', () => {
  it('holds nothing of ours but what programs need, reports to nobody, and can be changed', () => {
    process.env.CANARY_SECRET = 'canary'
    const environment = serverEnvironment({
      dataFolder: '/data',
      environment: { ML_BLOCK_LOCAL_IP: undefined, EXTRA: '1' },
    })
    delete process.env.CANARY_SECRET
    expect(environment).toMatchObject({
      COLLECT_ANALYTICS: 'false',
      SENTRY_DSN: '',
      LATEST_VERSION_CHECK: 'false',
      EXTRA: '1',
    })
    expect(Object.keys(environment)).not.toContain('CANARY_SECRET')
    expect(Object.keys(environment)).not.toContain('ML_BLOCK_LOCAL_IP')
  })

  it('switches validation of predictions on where asked', () => {
    const flag = 'fflag_feat_utc_210_prediction_validation_15082025'
    expect(serverEnvironment({ dataFolder: '/data', validatePredictions: true })[flag]).toBe('true')
    expect(serverEnvironment({ dataFolder: '/data' })[flag]).toBeUndefined()
  })
})

describe('its installation', () => {
  it('is another one where SIXTEEN_LABEL_STUDIO says so, and an error where that is not there', () => {
    const path = program(works)
    expect(labelStudioProgram({ SIXTEEN_LABEL_STUDIO: path })).toBe(path)
    expect(() => labelStudioProgram({ SIXTEEN_LABEL_STUDIO: join(folder, 'absent') })).toThrow(/names no file/)
  })

  it('has a template that is made once', () => {
    const path = program(works)
    const made = labelStudioTemplate(path, join(folder, 'templates'))
    expect(readFileSync(join(made, 'database'), 'utf8')).toBe('tables')
    expect(labelStudioTemplate(path, join(folder, 'templates'))).toBe(made)
    expect(readFileSync(join(folder, 'migrations'), 'utf8')).toBe('x')
  })

  it('has no template where its making failed', () => {
    const absent = join(folder, 'absent')
    expect(() => labelStudioTemplate(absent, join(folder, 'templates'))).toThrow(/does .*absent run/)
    expect(existsSync(join(folder, 'templates'))).toBe(true)
  })
})
