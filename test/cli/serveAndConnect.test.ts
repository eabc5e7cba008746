import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, CommanderError } from 'commander'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connect } from '../../cli/commands/connect.ts'
import { serve } from '../../cli/commands/serve.ts'
import { explain, UsageError } from '../../cli/errors.ts'

const canary = 'canary-0123456789abcdef0123456789abcdef0123'
/** Nothing listens on the port of TCP's discard service. */
const nowhere = 'http://127.0.0.1:9'

const signals = ['SIGINT', 'SIGTERM'] as const
const heard = signals.map((signal) => process.listeners(signal))

const place = { folder: '' }
beforeEach(async () => {
  place.folder = await mkdtemp(join(tmpdir(), 'serve-and-connect-'))
  for (const name of ['LABEL_STUDIO_URL', 'LABEL_STUDIO_TOKEN', 'SIXTEEN_ACCESS_KEY', 'HF_TOKEN']) vi.stubEnv(name, '')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  // A command listens for ^C as long as its process lives.
  for (const [index, signal] of signals.entries())
    for (const listener of process.listeners(signal))
      if (!heard[index]?.includes(listener)) process.removeListener(signal, listener)
  await rm(place.folder, { recursive: true })
})

/** What a command says when it refuses: exit code 2 is what both kinds of errors become. */
async function refused(command: Command, ...arguments_: readonly string[]): Promise<string> {
  const words: string[] = []
  command.exitOverride().configureOutput({ writeErr: (text) => words.push(text) })
  const error = await command.parseAsync(arguments_, { from: 'user' }).catch((thrown: unknown) => thrown)
  expect(error instanceof UsageError || error instanceof CommanderError, explain(error)).toBe(true)
  return error instanceof CommanderError ? words.join('') : explain(error)
}

describe('sixteen serve refuses', () => {
  const serving = (...arguments_: readonly string[]) =>
    refused(serve, '--data', join(place.folder, 'data'), '--port', '0', ...arguments_)

  test.each(['0.0.0.0', '::', '10.0.0.7', 'sixteen.example.org'])('to listen on %s without a key', async (host) => {
    const words = await serving('--host', host)
    expect(words).toContain(host)
    expect(words).toContain('SIXTEEN_ACCESS_KEY')
    // Nothing was begun.
    expect(await readdir(place.folder)).toEqual([])
  })

  test('a Label Studio without a token, and does not repeat the password in its address', async () => {
    const words = await serving('--host', '127.0.0.1', '--label-studio', `http://someone:${canary}@127.0.0.1:9`)
    expect(words).toContain('LABEL_STUDIO_TOKEN')
    expect(words).not.toContain(canary)
  })

  test('an address that is empty is none: it goes on to what else is wrong', async () => {
    const words = await serving('--label-studio', '', '--defaults', join(place.folder, 'none.json'))
    expect(words).toContain('cannot be read')
  })

  test.each([
    ['that is not there', undefined, 'cannot be read'],
    ['that is no JSON', '{', 'is not JSON'],
    ['that is a list', '[]', 'expected object'],
    ['with an unknown setting', '{"life":{"seeds":3}}', 'Unrecognized key: "seeds"'],
    ['with a value out of range', '{"life":{"publishShare":2}}', 'life.publishShare'],
  ])('a file of defaults %s', async (_, content, message) => {
    const file = join(place.folder, 'defaults.json')
    if (content !== undefined) await writeFile(file, content)
    const words = await serving('--host', '127.0.0.1', '--defaults', file)
    expect(words).toContain(message)
    expect(words).toContain(file)
  })

  test('defaults with a generator that was not imported', async () => {
    const file = join(place.folder, 'defaults.json')
    await writeFile(file, '{"generator":"faces"}')
    const words = await serving('--host', '127.0.0.1', '--device', 'cpu', '--defaults', file)
    expect(words).toContain('--defaults: no generator faces was imported (there is none)')
  })

  test.each([
    [['--port', '70000'], 'Give a whole number from 0 to 65535'],
    [['--reconcile-minutes', '0'], 'Give a whole number from 1 to 1440'],
    [['--key', canary], "unknown option '--key'"],
  ])('%j', async (arguments_, message) => {
    const words = await serving(...arguments_)
    expect(words).toContain(message)
    expect(words).not.toContain(canary)
  })
})

describe('sixteen connect refuses', () => {
  const connecting = (...arguments_: readonly string[]) => refused(connect, ...arguments_)

  test('to guess the server', async () => {
    expect(await connecting('--token', canary, '--project', '8')).toContain('--url http://localhost:8080')
  })

  test('to go without a token', async () => {
    expect(await connecting('--url', nowhere, '--project', '8')).toContain('LABEL_STUDIO_TOKEN')
  })
})

describe('sixteen connect, with a server that is nowhere, says first what is wrong with the command:', () => {
  const connecting = (...arguments_: readonly string[]) =>
    refused(connect, '--url', nowhere, '--token', canary, ...arguments_)

  test.each([
    ['both a project and a new one', ['--project', '8', '--create', 'Faces'], 'either --project'],
    ['a new project without labels', ['--create', 'Faces'], '--create needs --labels'],
    ['labels that are no list', ['--create', 'Faces', '--labels', 'dog'], 'neither a preset'],
    ['another way to paint', ['--create', 'Faces', '--labels', 'a,b', '--paint', 'spray'], 'brush, polygon, bitmask'],
  ])('%s', async (_, arguments_, message) => {
    const words = await connecting(...arguments_)
    expect(words).toContain(message)
    expect(words).not.toContain(canary)
  })
})
