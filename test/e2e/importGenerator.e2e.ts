import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeLabelMap } from '../../integrations/images/index.ts'
import { packageFile } from '../../integrations/packageFiles.ts'
import { type Answer, endless, held, ranged, status, useFileServers } from '../integrations/download/fileServer.ts'
import { fixture } from '../support/fixture.ts'
import { type Ended, hasStackTrace, sixteen } from './support/sixteen.ts'
import { makeWorkplace, type Workplace } from './support/workplace.ts'

const canary = 'hf_canary0123456789'
const avatars = packageFile('models/avatars/generator.safetensors')
const bytes = new Uint8Array(await readFile(avatars))
const sha256 = createHash('sha256').update(bytes).digest('hex')
const etag = '"one"'

let place: Workplace
let data = ''
beforeAll(async () => {
  place = await makeWorkplace('import')
  data = join(place.folder, 'data')
})
afterAll(() => place.remove())

const serving = useFileServers()

const run = (command: readonly string[], more: Parameters<typeof sixteen>[1] = {}): Promise<Ended> =>
  sixteen(command, { ...more, env: { SIXTEEN_DATA: data, HF_TOKEN: '', ...more.env } })

async function listed(): Promise<readonly { readonly name: string; readonly sha256: string }[]> {
  const { stdout, stderr, code } = await run(['generators', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

function refused(ended: Ended, code: number, message: string | RegExp): void {
  expect(ended, ended.stderr).toMatchObject({ code, signal: null })
  expect(ended.stderr).toMatch(message)
  expect(hasStackTrace(ended), ended.stderr).toBe(false)
}

/** What is left of downloads: parts and their notes. */
const left = async (): Promise<readonly string[]> =>
  (await readdir(join(data, 'downloads'))).filter((name) => name !== '.work')

/** Everything that lies in the data folder, as text. */
async function written(): Promise<string> {
  const names = await readdir(data, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile() && !entry.name.endsWith('.safetensors'))
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))).join('\n')
}

describe('a checkpoint on this machine', () => {
  test('becomes a generator that is listed, and is told apart from others', async () => {
    expect((await listed()).map(({ name }) => name)).toEqual(['avatars'])
    const first = await run(['import', avatars, '--name', 'faces', '--crop', '128x96', '--half', '--sha256', sha256])
    expect(first, first.stderr).toMatchObject({ code: 0 })
    expect(first.stdout).toContain('faces is imported: 128 × 96 inside 128², stylegan2 skip, D = 976, float16')
    expect(first.stdout).toMatch(/licence {2}not noted; most public checkpoints may not be used commercially/)

    const same = await run(['import', avatars, '--name', 'faces', '--crop', '128x96', '--half', '--licence', 'MIT'])
    expect(same, same.stderr).toMatchObject({ code: 0 })
    expect(same.stdout).toContain('faces is there already, with the same weights')

    refused(await run(['import', avatars, '--name', 'faces']), 1, 'there is another generator faces already')
    const replaced = await run(['import', avatars, '--name', 'faces', '--replace', '--licence', 'MIT', '--json'])
    expect(JSON.parse(replaced.stdout)).toMatchObject({
      outcome: 'replaced',
      generator: { name: 'faces', licence: 'MIT', source: { location: 'generator.safetensors', sha256 } },
    })
    expect(await listed()).toMatchObject([
      { name: 'avatars' },
      { name: 'faces', resolution: 128, features: 976, precision: 'float32', licence: 'MIT' },
    ])
  })

  test('of a conditional network needs a class', async () => {
    const file = join(place.folder, 'conditional.pkl')
    await writeFile(file, fixture('stylegan/checkpoints/ada-conditional.pkl'))
    refused(await run(['import', file]), 1, /class/)
    const { code, stdout } = await run(['import', file, '--class', '1', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ generator: { name: 'conditional', source: { classIndex: 1 } } })
  })

  test.each([
    [['none.pkl'], 2, 'none.pkl cannot be read'],
    [['.'], 2, 'is no file'],
    [[avatars, '--sha256', 'a'.repeat(64)], 1, 'it is another file, or was damaged on the way'],
    [[avatars, '--sha256', 'abc'], 2, 'A SHA-256 is 64 hexadecimal digits'],
    [[avatars, '--crop', '128'], 2, 'like 512x384'],
    [[avatars, '--crop', '256x128'], 1, 'does not lie inside the generator’s 128×128 pixels'],
    [[avatars, '--name', 'My Faces'], 2, 'Give a name like faces'],
    [[avatars, '--name', 'avatars'], 1, 'avatars is the generator that comes with sixteen'],
    [[avatars, '--class', '1'], 1, 'class'],
    [[avatars, '--limit', '0.001'], 2, 'more than the limit'],
    [['ftp://example.org/a.pkl'], 2, 'not ftp://'],
    [[packageFile('package.json'), '--name', 'json'], 1, ''],
  ])('%j is refused, and leaves nothing', async (words, code, message) => {
    const before = await listed()
    refused(await run(['import', ...words]), code, new RegExp(message))
    expect(await listed()).toEqual(before)
  })
})

describe('a download', () => {
  test('that was killed is gone on with by the same command', async () => {
    const server = await serving(held(bytes, Math.floor(bytes.length / 2), { etag }), ranged(bytes, { etag }))
    const command = ['import', `${server.origin}/models/Killed.safetensors?signature=${canary}`, '--sha256', sha256]
    const first = await run(command, { when: { text: 'Downloaded', act: (child) => child.kill('SIGKILL') } })
    expect(first.signal).toBe('SIGKILL')
    expect(await left()).toHaveLength(2)
    const second = await run(command)
    expect(second, second.stderr).toMatchObject({ code: 0 })
    expect(second.stdout).toMatch(/ of [\d.]+ MB are there already/)
    expect(second.stdout).toContain('killed is imported')
    expect(server.asked[1]?.range).toMatch(/^bytes=[1-9]\d*-$/)
    expect(await left()).toEqual([])
    expect(first.stdout + first.stderr + second.stdout + second.stderr + (await written())).not.toContain(canary)
  })

  test('goes on by itself when the connection breaks off', async () => {
    const server = await serving(held(bytes, Math.floor(bytes.length / 2), { etag }), ranged(bytes, { etag }))
    const ended = await run(['import', `${server.origin}/broken.safetensors`], {
      when: { text: 'Downloaded', act: () => server.drop() },
    })
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.stdout).toContain('again in 1 s')
    expect(server.asked[1]?.range).toMatch(/^bytes=[1-9]\d*-$/)
  })

  test('ends politely at ^C, and is kept', async () => {
    const server = await serving(held(bytes, Math.floor(bytes.length / 2), { etag }), ranged(bytes, { etag }))
    const command = ['import', `${server.origin}/polite.safetensors`]
    const ended = await run(command, { when: { text: 'Downloaded', act: (child) => child.kill('SIGINT') } })
    refused(ended, 130, 'interrupted by SIGINT: give the same command again to go on')
    expect(await run(command)).toMatchObject({ code: 0 })
    expect(server.asked[1]?.range).toMatch(/^bytes=[1-9]\d*-$/)
  })

  test.each([
    [status(404), 'there is no http://'],
    [status(403), 'it needs an account'],
    [endless(new Uint8Array(65_536)), 'is sent without an end'],
  ])('that cannot be had is explained', async (answer, message) => {
    const server = await serving(answer)
    const address = `${server.origin}/none.pkl?signature=${canary}`
    const ended = await run(['import', address, '--limit', '0.01'])
    refused(ended, 1, message)
    expect(ended.stdout + ended.stderr + (await written())).not.toContain(canary)
  })

  test('of another SHA-256 than the one expected is thrown away', async () => {
    const server = await serving(ranged(bytes, { etag }))
    const before = await left()
    refused(await run(['import', `${server.origin}/wrong.pkl`, '--sha256', 'a'.repeat(64)]), 1, 'it is another file')
    expect(await left()).toEqual(before)
  })

  test('from the hub is opened by HF_TOKEN, which is told to nobody else', async () => {
    const elsewhere = await serving(ranged(bytes, { etag: '"storage"' }))
    const facts: Answer = (_, response) => {
      const size = { 'content-range': `bytes 0-0/${bytes.length}`, 'x-linked-etag': `"${sha256}"` }
      response.writeHead(206, { ...size, 'content-length': 1 }).end('x')
    }
    const hub = await serving(facts, status(302, { location: `${elsewhere.origin}/file` }))
    const command = ['import', 'hf://someone/stylegan/models/hub.safetensors', '--json']
    const ended = await run(command, { env: { HF_ENDPOINT: hub.origin, HF_TOKEN: canary } })
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(JSON.parse(ended.stdout).generator.source).toEqual({
      format: 'safetensors',
      location: 'hf://someone/stylegan@main/models/hub.safetensors',
      sha256,
    })
    expect(hub.asked.map(({ authorization }) => authorization)).toEqual([`Bearer ${canary}`, `Bearer ${canary}`])
    expect(elsewhere.asked[0]?.authorization).toBeUndefined()
    expect(ended.stdout + ended.stderr + (await written())).not.toContain(canary)
  })
})

test('a project is trained with a named generator, which is measured before', async () => {
  const file = join(place.folder, 'small.safetensors')
  await writeFile(file, fixture('stylegan/skip.generator.safetensors'))
  expect(await run(['import', file, '--crop', '32x24'])).toMatchObject({ code: 0 })
  const seeds = join(place.folder, 'seeds')
  await mkdir(seeds)
  const parts = ['background', 'hair'].map((name, id) => ({ id, name, color: '#000000' }))
  await writeFile(join(seeds, 'labels.json'), JSON.stringify({ parts, truncation: 1 }))
  const labels = { width: 32, height: 24, data: Uint8Array.from({ length: 32 * 24 }, (_, pixel) => pixel % 2) }
  await writeFile(join(seeds, '7.labels.png'), encodeLabelMap(labels, parts))
  const project = join(place.folder, 'project')
  const command = ['train', project, '--seeds', seeds, '--dry-run', '--json']
  refused(await run(command), 1, /7.labels.png/)
  refused(await run([...command, '--generator', 'dogs']), 2, 'no generator dogs was imported')
  const estimated = await run([...command, '--generator', 'small'])
  expect(estimated, estimated.stderr).toMatchObject({ code: 0 })
  expect(JSON.parse(estimated.stdout)).toMatchObject({ task: 'training on 1 painted images' })
})
