import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { nameAfter, readSource } from '../../cli/importSource.ts'
import { readWhole } from '../../cli/readWhole.ts'

const canary = 'canary-0123456789'
const place = { folder: '' }
beforeAll(async () => {
  place.folder = await mkdtemp(join(tmpdir(), 'sixteen-source-'))
})
afterAll(() => rm(place.folder, { recursive: true }))
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the name after a file', () => {
  test.each([
    ['faces.pkl', 'faces'],
    ['/models/stylegan2-ffhq-config-f.pkl', 'stylegan2-ffhq-config-f'],
    ['network-snapshot-025000.pkl', 'network-snapshot-025000'],
    ['FFHQ 1024 (Config F).PKL', 'ffhq-1024-config-f'],
    ['550000_v1.2.pt', '550000_v1.2'],
    ['__a--b_.safetensors', 'a-b'],
    [`${'a'.repeat(80)}.pkl`, 'a'.repeat(64)],
    [`${'a'.repeat(63)}-b.pkl`, 'a'.repeat(63)],
  ])('%s is %s', (path, name) => {
    expect(nameAfter({ path })).toBe(name)
  })

  test.each(['', '/', '猫.pkl', '---.pkl'])('%j gives none: a person has to say one', (path) => {
    expect(() => nameAfter({ path })).toThrow('give the generator a name: --name faces')
  })
})

describe('a source', () => {
  test('is a file, of which the record holds the name alone', async () => {
    expect(await readSource('/models/faces.pkl')).toMatchObject({
      location: 'faces.pkl',
      path: '/models/faces.pkl',
      remote: undefined,
    })
  })

  test('or an address, of which the record holds neither query nor fragment', async () => {
    const source = await readSource(`https://example.org/models/faces.pkl?token=${canary}#${canary}`)
    expect(source.location).toBe('https://example.org/models/faces.pkl')
    expect(nameAfter(source)).toBe('faces')
    expect(source.remote?.id).toMatch(/^[0-9a-f]{32}$/)
  })

  test.each([
    ['https://example.org/Cats%20new.pkl', 'cats-new'],
    ['https://example.org/100%cats.pkl', '100-cats'],
  ])('gives its name as people write it: %s', async (text, name) => {
    expect(nameAfter(await readSource(text))).toBe(name)
  })

  test('or a file of the hub', async () => {
    const source = await readSource('hf://someone/stylegan/models/cats.pt')
    expect(source.location).toBe('hf://someone/stylegan@main/models/cats.pt')
    expect(nameAfter(source)).toBe('cats')
  })

  test.each([
    ['ftp://example.org/a.pkl', 'not ftp://'],
    ['s3://bucket/a.pkl', 'not s3://'],
    ['hf://a.pkl', 'names no file of the hub'],
    [`https://someone:${canary}@example.org/a.pkl`, 'holds a user or password'],
  ])('cannot be %s', async (text, message) => {
    const refusal = await readSource(text).catch((error: Error) => error.message)
    expect(refusal).toContain(message)
    expect(refusal).not.toContain(canary)
  })

  test('of the hub takes its token from the environment, where that can be one', async () => {
    vi.stubEnv('HF_TOKEN', canary)
    const refusal = await readSource('hf://someone/stylegan/cats.pt').catch((error: Error) => error.message)
    expect(refusal).toContain('HF_TOKEN is no token')
    expect(refusal).not.toContain(canary)
  })
})

describe('a file that is read', () => {
  test('is all there', async () => {
    const path = join(place.folder, 'a')
    await writeFile(path, Uint8Array.of(1, 2, 3))
    expect(await readWhole(path, 3)).toEqual(Uint8Array.of(1, 2, 3))
    await expect(readWhole(path, 2)).rejects.toThrow('has 3 bytes, more than the limit of 2')
  })

  test('must be one', async () => {
    await expect(readWhole(join(place.folder, 'none'), 9)).rejects.toThrow('cannot be read')
    await expect(readWhole(place.folder, 9)).rejects.toThrow('is no file')
  })
})
