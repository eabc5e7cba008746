/** The deployment as a command, and the functions as they are deployed. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { httpEvent } from '../../bench/support/lambdaRuntime/httpEvent.ts'
import { bundleFunction } from '../../cdk/bundleFunction.ts'
import { once } from '../cdk/support/once.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-cdk-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const names = ['edge', 'reactor', 'steps', 'timer'] as const

describe.each(names)('the function %s', (name) => {
  const bundled = once(() => bundleFunction(join(root, `functions/cloud/${name}.ts`), join(folder, name)))

  test('takes no more than 2 MiB', async () => {
    expect((await bundled()).bytes).toBeLessThanOrEqual(2 * 2 ** 20)
  })

  test('needs nothing that is made for one kind of machine', async () => {
    await bundled()
    const files = await readdir(join(folder, name))
    expect(files.filter((file) => !file.endsWith('.mjs'))).toEqual([])
    for (const file of files)
      expect(await readFile(join(folder, name, file), 'utf8'), file).not.toMatch(
        /onnxruntime-|@img\/sharp|['"]sharp['"]/,
      )
  })

  test('can be loaded, and has a handler', async () => {
    await bundled()
    expect(await inNode(`typeof (await import(${moduleOf(name)})).handler`)).toBe('function')
  })
})

test('the web app answers for its health', async () => {
  await bundleFunction(join(root, 'functions/cloud/edge.ts'), join(folder, 'edge'))
  const request = httpEvent('GET', '/health')
  const answer = await inNode(`await (await import(${moduleOf('edge')})).handler(${JSON.stringify(request)}, {})`)
  expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining('UP') })
})

describe('npx cdk synth', () => {
  const options = ['-c', 'labelStudioUrl=https://labels.example.org', '-c', 'image=example/sixteen']

  test('writes a template, with the code of four functions beside it', async () => {
    const out = join(folder, 'out')
    await cdk(['synth', '--quiet', '--output', out, ...options])
    const { Resources } = Template.parse(JSON.parse(await readFile(join(out, 'Sixteen.template.json'), 'utf8')))
    const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function')
    const codes = functions.map(({ Properties }) => z.object({ Code: Code }).parse(Properties).Code.S3Key)
    // A folder bears the name under which it is uploaded.
    expect(codes.map((key) => `asset.${key.slice(0, -'.zip'.length)}`).sort()).toEqual(
      (await readdir(out)).filter((file) => file.startsWith('asset.')).sort(),
    )
    expect(new Set(codes).size).toBe(4)
    for (const key of codes)
      expect((await stat(join(out, `asset.${key.slice(0, -'.zip'.length)}`, 'index.mjs'))).isFile()).toBe(true)
  })

  test('names an image that is to be built from the Dockerfile, of nothing but what that lets in', async () => {
    const out = join(folder, 'image')
    const context = JSON.stringify({ labelStudioUrl: 'https://labels.example.org', 'aws:cdk:bundling-stacks': [] })
    await run(process.execPath, ['cdk/main.ts'], {
      cwd: root,
      env: { HOME: folder, CDK_OUTDIR: out, CDK_CONTEXT_JSON: context, CDK_DEFAULT_REGION: 'eu-central-1' },
    })
    const { dockerImages } = Assets.parse(JSON.parse(await readFile(join(out, 'Sixteen.assets.json'), 'utf8')))
    const [image, ...more] = Object.values(dockerImages)
    expect(more).toEqual([])
    expect(image?.source.platform).toBe('linux/amd64')
    const files = await readdir(join(out, image?.source.directory ?? ''))
    expect(files).toEqual(expect.arrayContaining(['Dockerfile', 'cli', 'functions', 'models', 'package-lock.json']))
    expect(files).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(node_modules|test|cdk|\.git|\.cache)$/)]),
    )
  })

  test('says which option cannot be meant', async () => {
    const tried = cdk(['synth', '--quiet', '--output', join(folder, 'refused'), ...options, '-c', 'spotShare=2'])
    await expect(tried).rejects.toThrow(/-c spotShare=…/)
  })
})

const Template = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
})
const Assets = z.object({
  dockerImages: z.record(z.string(), z.object({ source: z.object({ directory: z.string(), platform: z.string() }) })),
})
const Code = z.object({ S3Key: z.string().endsWith('.zip') })

const moduleOf = (name: string): string => JSON.stringify(pathToFileURL(join(folder, name, 'index.mjs')).href)

/** What an expression gives in a process that has nothing in its environment. */
async function inNode(expression: string): Promise<unknown> {
  const script = `process.stdout.write(JSON.stringify(${expression}))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env: {} })
  return JSON.parse(stdout)
}

/** The command line of the CDK, without credentials and away from the settings of whoever runs the tests. */
async function cdk(parameters: readonly string[]): Promise<void> {
  const home = join(folder, 'home')
  await mkdir(home, { recursive: true })
  await run(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...parameters, '--no-notices', '--no-color'], {
    cwd: root,
    env: {
      HOME: home,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      AWS_REGION: 'eu-central-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  })
}
