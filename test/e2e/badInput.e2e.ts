import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFileStore } from '../../functions/local.ts'
import { encodeLabelMap } from '../../integrations/images/index.ts'
import type { Part } from '../../schemas/labels.ts'
import type { PhaseName } from '../../schemas/run.ts'
import { tinyKeys, tinySeeds } from '../functions/tinyProject.ts'
import { type Ended, hasStackTrace, sixteen } from './support/sixteen.ts'
import { makeProject, makeWorkplace, type Workplace } from './support/workplace.ts'

const execute = promisify(execFile)
let place: Workplace
beforeAll(async () => {
  place = await makeWorkplace('bad-input')
})
afterAll(() => place.remove())

const trained: readonly PhaseName[] = ['train', 'distil']
const run = tinyKeys.run('sixteen-v1')
const side = 128

interface LabelsFile {
  readonly parts: Part[]
  readonly truncation: number
}

/** A folder with some of the shipped seeds, to be spoiled. */
async function copySeeds(name: string, seeds: readonly number[] = [100, 101, 102]): Promise<string> {
  const folder = join(place.folder, name)
  await mkdir(folder)
  for (const seed of seeds) await cp(join(tinySeeds, `${seed}.labels.png`), join(folder, `${seed}.labels.png`))
  await writeLabels(folder, (labels) => labels)
  return folder
}

async function writeLabels(folder: string, change: (labels: LabelsFile) => LabelsFile): Promise<void> {
  const { parts, truncation }: LabelsFile = JSON.parse(await readFile(join(tinySeeds, 'labels.json'), 'utf8'))
  await writeFile(join(folder, 'labels.json'), JSON.stringify(change({ parts, truncation })))
}

const plainMap = (width: number, height: number, id = 0) => ({
  width,
  height,
  data: new Uint8Array(width * height).fill(id),
})
const colors = (count: number): Part[] =>
  Array.from({ length: count }, (_, id) => ({ id, name: `part${id}`, color: '#000000' }))

function refused(ended: Ended, code: number, message: string): void {
  expect(ended, ended.stderr).toMatchObject({ code, signal: null, stdout: '' })
  expect(ended.stderr).toContain(message)
  expect(hasStackTrace(ended), ended.stderr).toBe(false)
}

interface Spoiled {
  readonly what: string
  readonly spoil: (folder: string) => Promise<void>
  readonly message: string
}

const spoiled: readonly Spoiled[] = [
  {
    what: 'a mask of the wrong size',
    spoil: (folder) => writeFile(join(folder, '101.labels.png'), encodeLabelMap(plainMap(32, 48), colors(2))),
    message: 'The label map is 32×48 pixels, but 128×128 is needed',
  },
  {
    what: 'an RGB mask',
    spoil: async (folder) => {
      const create = { width: side, height: side, channels: 3, background: '#ff0000' } as const
      await writeFile(join(folder, '101.labels.png'), await sharp({ create }).png().toBuffer())
    },
    message: 'an indexed one (with a palette) is needed',
  },
  {
    what: 'a label outside the list',
    spoil: (folder) =>
      writeFile(join(folder, '101.labels.png'), encodeLabelMap(plainMap(side, side, 200), colors(201))),
    message: 'holds id 200, but the label list has ids 0 to 10',
  },
  {
    what: '300 parts',
    spoil: (folder) => writeLabels(folder, (labels) => ({ ...labels, parts: colors(300) })),
    message: 'a label list holds at most 256 parts, because label maps are 8-bit',
  },
  {
    what: 'a mask that is cut off',
    spoil: async (folder) => {
      const path = join(folder, '101.labels.png')
      await writeFile(path, (await readFile(path)).subarray(0, 200))
    },
    message: '101.labels.png',
  },
  {
    what: 'a label list that is no JSON',
    spoil: (folder) => writeFile(join(folder, 'labels.json'), '{'),
    message: 'labels.json',
  },
]

describe('seeds that cannot be used', () => {
  test.each(spoiled)('$what: refused, and no project is begun', async ({ what, spoil, message }) => {
    const seeds = await copySeeds(`seeds with ${what}`)
    await spoil(seeds)
    const project = join(place.folder, `project of ${what}`)
    refused(await sixteen(['train', project, '--seeds', seeds]), 1, message)
    expect(await readdir(place.folder)).not.toContain(`project of ${what}`)
  })

  test('none: refused', async () => {
    const empty = join(place.folder, 'no seeds')
    await mkdir(empty)
    const message = `There are no seed annotations in ${empty}`
    refused(await sixteen(['train', join(place.folder, 'none'), '--seeds', empty]), 1, message)
  })

  test('given to a project that is there: refused, and it stays as it was', async () => {
    const project = await makeProject(join(place.folder, 'stays'), trained)
    const seeds = await copySeeds('seeds that spoil')
    await spoiled[0]?.spoil(seeds)
    refused(await sixteen(['train', project, '--seeds', seeds]), 1, 'is needed')
    expect(await sixteen(['generate', project, '--count', '4'])).toMatchObject({ code: 0 })
  })
})

test('a part that is never painted is warned of, and training goes on', async () => {
  const seeds = await copySeeds('unpainted')
  const ghost = { id: 11, name: 'worn/mask', color: '#123456' }
  await writeLabels(seeds, (labels) => ({ ...labels, parts: [...labels.parts, ghost] }))
  const project = join(place.folder, 'unpainted project')
  const options = ['--members', '1', '--labeler', 'ensemble', '--json']
  const ended = await sixteen(['train', project, '--seeds', seeds, ...options])
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  expect(ended.stderr).toContain('Warning: The part worn/mask is painted in no seed; it will not be labelled.')
  expect(JSON.parse(ended.stdout)).toMatchObject({
    version: 'sixteen-v1',
    warnings: expect.arrayContaining([expect.stringContaining('worn/mask')]),
  })
})

test('one seed only is warned of; nothing is measured, and the report is made', async () => {
  const seeds = await copySeeds('alone', [103])
  const project = join(place.folder, 'alone project')
  const options = ['--members', '1', '--labeler', 'ensemble']
  const ended = await sixteen(['train', project, '--seeds', seeds, ...options])
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  expect(ended.stderr).toContain('has one seed only')
  expect(await sixteen(['generate', project, '--count', '6'])).toMatchObject({ code: 0 })
  const evaluated = await sixteen(['evaluate', project])
  expect(evaluated).toMatchObject({ code: 0 })
  expect(evaluated.stdout).toContain('not measured: leave-one-image-out needs at least two seeds')
  expect(await sixteen(['report', project])).toMatchObject({ code: 0 })
  expect(await readFile(join(project, 'report.html'), 'utf8')).toContain('<!doctype html>')
})

describe('files that are damaged', () => {
  const withNan = (bytes: Uint8Array): Uint8Array => {
    const spoilt = Uint8Array.from(bytes)
    // The last four bytes are a number of the last tensor.
    new DataView(spoilt.buffer).setFloat32(spoilt.length - 4, Number.NaN, true)
    return spoilt
  }
  const cut = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length >> 1)

  test.each([
    ['NaN in a generator', withNan, 'holds NaN'],
    ['a generator that is cut off', cut, 'generators/avatars/weights.safetensors cannot be used'],
  ])('%s: refused', async (name, spoil, message) => {
    const project = await makeProject(join(place.folder, name))
    const store = await openFileStore(join(project, 'store'))
    const generator = await readFile(join(tinySeeds, '../generator.safetensors'))
    await store.create('generators/avatars/weights.safetensors', spoil(generator))
    const ended = await sixteen(['generate', project, '--json'])
    refused(ended, 1, message)
  })

  test.each([
    ['NaN in an interpreter', withNan, 'holds NaN'],
    ['an interpreter that is cut off', cut, 'interpreter.safetensors is damaged: remove it and train again'],
  ])('%s: refused', async (name, spoil, message) => {
    const project = await makeProject(join(place.folder, name), trained)
    const store = await openFileStore(join(project, 'store'))
    const whole = await store.get(run.interpreter)
    if (whole === undefined) throw new Error('the tiny run left no interpreter')
    await store.replace(run.interpreter, spoil(whole.bytes), whole.etag)
    refused(await sixteen(['evaluate', project, '--json']), 1, message)
  })
})

describe('folders that cannot be written', () => {
  test('a file in the place of the project: refused', async () => {
    const file = join(place.folder, 'a file')
    await writeFile(file, 'mine')
    refused(await sixteen(['train', file, '--seeds', tinySeeds, '--json']), 1, 'a file stands where a folder is needed')
    refused(await sixteen(['demo', '--out', file, '--json']), 2, 'is a file: choose another folder')
    expect(await readFile(file, 'utf8')).toBe('mine')
  })

  test('a place where nothing can be made: refused', async () => {
    refused(await sixteen(['train', '/proc/sixteen', '--seeds', tinySeeds, '--json']), 1, 'could not make the project')
  })

  test('the demo does not replace a dataset that it did not make', async () => {
    const own = join(place.folder, 'own')
    await mkdir(join(own, 'dataset'), { recursive: true })
    await writeFile(join(own, 'dataset', 'precious'), 'mine')
    refused(await sixteen(['demo', '--out', own]), 2, 'is there already, and not of a demo')
    expect(await readFile(join(own, 'dataset', 'precious'), 'utf8')).toBe('mine')
    expect(await readdir(own)).toEqual(['dataset'])
  })
})

describe('a full disk', () => {
  const mounted: string[] = []
  afterAll(async () => {
    for (const folder of mounted) await execute('umount', [folder])
  })

  test('ends with that reason; with more room the same command goes on', async ({ skip }) => {
    const disk = join(place.folder, 'disk')
    await mkdir(disk)
    const mount = await execute('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).catch(() => undefined)
    // Unit tests fill a disk of their own making; a real one needs the right to mount.
    if (mount === undefined) skip('a small disk can only be mounted by root')
    mounted.push(disk)
    const project = join(disk, 'project')
    const options = ['--members', '1', '--labeler', 'ensemble', '--json']
    const train = ['train', project, '--seeds', tinySeeds, ...options]
    const ended = await sixteen(train)
    refused(ended, 1, 'the disk is full: free some space and do the same again')
    await execute('mount', ['-o', 'remount,size=64m', disk])
    const again = await sixteen(train)
    expect(again, again.stderr).toMatchObject({ code: 0 })
    const { bavail, bsize } = await statfs(disk)
    await writeFile(join(disk, 'ballast'), new Uint8Array(bavail * bsize - 500_000))
    refused(await sixteen(['generate', project, '--count', '50', '--json']), 1, 'the disk is full')
    await rm(join(disk, 'ballast'))
    expect(await sixteen(['generate', project, '--count', '50', '--json'])).toMatchObject({ code: 0 })
  })
})
