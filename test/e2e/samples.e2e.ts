import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeRgb, readPngHeader } from '../../integrations/images/index.ts'
import { fixture } from '../support/fixture.ts'
import { hasStackTrace, sixteen } from './support/sixteen.ts'
import { makeWorkplace, type Workplace } from './support/workplace.ts'

let place: Workplace
beforeAll(async () => {
  place = await makeWorkplace('samples')
})
afterAll(() => place.remove())

const samples = (arguments_: readonly string[], options: Parameters<typeof sixteen>[1] = {}) =>
  sixteen(['samples', ...arguments_], { cwd: place.folder, ...options })
const inPlace = (...steps: readonly string[]): string => join(place.folder, ...steps)
const bytesOf = async (...steps: readonly string[]): Promise<string> =>
  (await readFile(inPlace(...steps))).toString('hex')

describe('sixteen samples', () => {
  test('writes a sheet and single images, and says where', async () => {
    const ended = await samples([
      '--seeds',
      '0-2,9',
      '--truncation',
      '0.7',
      '--grid',
      'plain/sheet.png',
      '--out',
      'plain',
    ])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.stdout).toContain('4 images of avatars')
    expect(ended.stdout).toContain(inPlace('plain/sheet.png'))
    expect((await readdir(inPlace('plain'))).toSorted()).toEqual([
      'avatars-s0-t0.7.png',
      'avatars-s1-t0.7.png',
      'avatars-s2-t0.7.png',
      'avatars-s9-t0.7.png',
      'sheet.png',
    ])
    const sheet = readPngHeader(await readFile(inPlace('plain/sheet.png')))
    // Two columns of 128 with a gap of 8 and margins of 16.
    expect(sheet).toMatchObject({ width: 2 * 128 + 8 + 2 * 16, kind: 'RGB' })
    expect(await decodeRgb(await readFile(inPlace('plain/avatars-s9-t0.7.png')))).toMatchObject({
      width: 128,
      height: 128,
    })
  })

  test('makes the same bytes again, and goes on in a folder that has some of them', async () => {
    const before = await bytesOf('plain', 'avatars-s2-t0.7.png')
    const ended = await samples(['--seeds', '2-3', '--truncation', '0.7', '--out', 'plain', '--json'])
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toEqual({ generator: 'avatars', images: 2, folder: inPlace('plain') })
    expect(await bytesOf('plain', 'avatars-s2-t0.7.png')).toBe(before)
    expect(await readdir(inPlace('plain'))).toContain('avatars-s3-t0.7.png')
  })

  test('shows truncations, whose average image is the same for all seeds', async () => {
    const ended = await samples([
      '--seeds',
      '4,5',
      '--truncation',
      '0,0.5,1',
      '--out',
      'psi',
      '--grid',
      'psi.png',
      '--json',
    ])
    expect(JSON.parse(ended.stdout)).toMatchObject({ images: 6, grid: inPlace('psi.png') })
    expect(await bytesOf('psi', 'avatars-s4-t0.png')).toBe(await bytesOf('psi', 'avatars-s5-t0.png'))
    expect(await bytesOf('psi', 'avatars-s4-t1.png')).not.toBe(await bytesOf('psi', 'avatars-s5-t1.png'))
  })

  test('mixes styles; without a machine’s fonts, too', async () => {
    const ended = await samples(
      ['--mix', '0-1:10', '--layers', 'coarse', '--out', 'mix', '--grid', 'mix.png', '--json'],
      {
        env: { FONTCONFIG_FILE: '/nonexistent', FONTCONFIG_PATH: '/nonexistent' },
      },
    )
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toMatchObject({ images: 5 })
    expect((await readdir(inPlace('mix'))).toSorted()).toEqual(
      ['avatars-s0-t1', 'avatars-s1-t1', 'avatars-s10-t1', 'avatars-s0-s10-l0-3-t1', 'avatars-s1-s10-l0-3-t1']
        .map((name) => `${name}.png`)
        .toSorted(),
    )
  })

  test('shows an imported generator by its name', async () => {
    await writeFile(inPlace('tiny.safetensors'), fixture('stylegan/skip.generator.safetensors'))
    const imported = await sixteen(['import', inPlace('tiny.safetensors'), '--name', 'tiny', '--data', inPlace('data')])
    expect(imported, imported.stderr).toMatchObject({ code: 0 })
    const ended = await samples(
      ['--generator', 'tiny', '--seeds', '1', '--truncation', '1', '--out', 'tiny', '--json'],
      {
        env: { SIXTEEN_DATA: inPlace('data') },
      },
    )
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(readPngHeader(await readFile(inPlace('tiny/tiny-s1-t1.png')))).toMatchObject({ width: 32, height: 32 })
    const unknown = await samples(['--generator', 'cats', '--grid', 'cats.png', '--data', inPlace('data')])
    expect(unknown).toMatchObject({ code: 2 })
    expect(unknown.stderr).toContain('there are avatars, tiny')
  })
})

describe('wrong usage ends with 2, says what would be right, and writes nothing', () => {
  test.each([
    [[], 'say what to write: a sheet with --grid FILE.png'],
    [['--grid', 'sheet.jpg'], 'ends in .png'],
    [['--grid', 'x.png', '--seeds', 'many'], 'Give seeds from 0 to 4294967295 like 7, 0-63 or 0,5,9-12'],
    [['--grid', 'x.png', '--truncation', '0.5,3'], 'Give a number from 0 to 2'],
    [['--grid', 'x.png', '--mix', '0-3'], 'Give the seeds of the rows and of the columns, like 0-3:10-17'],
    [['--grid', 'x.png', '--mix', '0:1', '--layers', 'hair'], 'give coarse, middle, fine, or layers from 0 to 11'],
    [['--grid', 'x.png', '--layers', 'fine'], 'give --mix ROWS:COLUMNS, too'],
    [['--grid', 'x.png', '--seeds', '0-99999'], 'show fewer seeds on one sheet'],
    [['--out', 'x', '--tile', '64'], 'give --grid FILE.png, too'],
    [['--grid', 'x.png', '--generator', 'faces'], 'holds no generators: import faces with  sixteen import'],
    [['--grid', 'x.png', '--generator', 'faces', '--data', '/nonexistent'], '/nonexistent holds no generators'],
  ])('%j', async (arguments_, message) => {
    const before = await readdir(place.folder)
    const ended = await samples(arguments_)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain(message)
    expect(hasStackTrace(ended)).toBe(false)
    expect(await readdir(place.folder)).toEqual(before)
  })

  test('another image of that name', async () => {
    await place.make('taken')
    await writeFile(inPlace('taken/avatars-s0-t1.png'), 'mine')
    const kept = await samples(['--seeds', '0', '--truncation', '1', '--out', 'taken'])
    expect(kept).toMatchObject({ code: 2 })
    expect(kept.stderr).toContain('avatars-s0-t1.png holds another image')
    expect(await readFile(inPlace('taken/avatars-s0-t1.png'), 'utf8')).toBe('mine')
    const replaced = await samples(['--seeds', '0', '--truncation', '1', '--out', 'taken', '--overwrite'])
    expect(replaced, replaced.stderr).toMatchObject({ code: 0 })
    expect(readPngHeader(await readFile(inPlace('taken/avatars-s0-t1.png')))).toMatchObject({ width: 128 })
  })

  test('a sheet that is there', async () => {
    await writeFile(inPlace('mine.png'), 'mine')
    const ended = await samples(['--grid', 'mine.png'])
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.stderr).toContain('replace it with --overwrite')
    expect(await readFile(inPlace('mine.png'), 'utf8')).toBe('mine')
  })
})

test('^C ends with 130 and leaves whole images only; the same command goes on', async () => {
  const arguments_ = ['--seeds', '0-299', '--truncation', '1', '--out', 'stopped', '--grid', 'stopped.png']
  const stopped = await samples(arguments_, {
    when: { text: '❯ Make images', act: (child) => child.kill('SIGINT') },
  })
  expect(stopped).toMatchObject({ code: 130, signal: null })
  expect(stopped.stderr).toContain('interrupted by SIGINT: give the same command again to go on')
  expect(hasStackTrace(stopped)).toBe(false)
  expect(await readdir(place.folder)).not.toContain('stopped.png')
  const names = await readdir(inPlace('stopped'))
  expect(names.length).toBeLessThan(300)
  for (const name of names) expect((await decodeRgb(await readFile(inPlace('stopped', name)))).width, name).toBe(128)
  const again = await samples(arguments_)
  expect(again, again.stderr).toMatchObject({ code: 0 })
  expect(await readdir(inPlace('stopped'))).toHaveLength(300)
  expect(await readdir(place.folder)).toContain('stopped.png')
})
