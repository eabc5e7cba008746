import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFileStore } from '../../functions/local.ts'
import { readSeeds, writeCoco } from '../../integrations/datasets/index.ts'
import { decodeLabelMap, encodeLabelMap } from '../../integrations/images/index.ts'
import { getJson } from '../../integrations/storage/index.ts'
import { Project } from '../../schemas/project.ts'
import type { PhaseName } from '../../schemas/run.ts'
import { sampleId } from '../../schemas/sample.ts'
import { objectsOf, tinyKeys, tinySeeds } from '../functions/tinyProject.ts'
import { hasStackTrace, sixteen } from './support/sixteen.ts'
import { makeProject, makeWorkplace, type Workplace } from './support/workplace.ts'

let place: Workplace
/** A project with ten images, which tests read and do not change. */
let project: string
beforeAll(async () => {
  place = await makeWorkplace('commands')
  project = await makeProject(join(place.folder, 'faces'), generated)
})
afterAll(() => place.remove())

const trained: readonly PhaseName[] = ['train', 'distil']
const generated: readonly PhaseName[] = [...trained, 'generate', 'curate']
const commands = ['demo', 'train', 'generate', 'curate', 'evaluate', 'report', 'export', 'again', 'doctor']

interface Line {
  readonly id: string
  readonly seed: number
  readonly kept: boolean
}

const linesOf = async (folder: string): Promise<readonly Line[]> =>
  (await readFile(join(folder, 'manifest.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line): Line => JSON.parse(line))

test('--help lists every command', async () => {
  const { code, stdout } = await sixteen(['--help'])
  expect(code).toBe(0)
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
})

describe('wrong usage ends with 2 and says what would be right', () => {
  const nowhere = '/nonexistent/faces'
  test.each([
    [['generate', nowhere], 'holds no project yet: begin with  sixteen train'],
    [['again', nowhere, '1000', '--out', 'x'], 'holds no project yet'],
    [['paint'], "unknown command 'paint'"],
    [['generate', nowhere, '--colour', 'red'], "unknown option '--colour'"],
    [['generate', nowhere, '--count', 'many'], 'Give a whole number from 1 to 10000000'],
    [['train', nowhere], "required option '--seeds <folder>' not specified"],
  ])('%j', async (arguments_, message) => {
    const ended = await sixteen(arguments_)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain(message)
    expect(hasStackTrace(ended)).toBe(false)
  })

  test('a device that does not exist, in the environment', async () => {
    const ended = await sixteen(['generate', project], { env: { SIXTEEN_DEVICE: 'nonsense' } })
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('Give auto, cpu, cuda or webgpu (option --device or SIXTEEN_DEVICE)')
  })

  test('a dataset, a report and images again before anything is generated', async () => {
    const early = await makeProject(join(place.folder, 'early'), trained)
    for (const arguments_ of [
      ['export', early, '--out', join(place.folder, 'none')],
      ['again', early, '1000', '--out', join(place.folder, 'none')],
      ['report', early],
      ['curate', early],
    ]) {
      const ended = await sixteen(arguments_)
      expect(ended, arguments_[0]).toMatchObject({ code: 2 })
      expect(ended.stderr).toContain(`sixteen generate ${early}`)
    }
    expect(await readdir(place.folder)).not.toContain('none')
  })

  test('more images than a run holds, a level too deep, the project itself as the place of its export', async () => {
    const before = await objectsOf(await openFileStore(join(project, 'store')))
    const cases: readonly (readonly [string[], string])[] = [
      [
        ['generate', project, '--count', '40001'],
        '40001 images are more than a run of this project holds, which is 40000',
      ],
      [['evaluate', project, '--level', '4'], 'there is no level 4: the partonomy has levels 1 to 3'],
      [['export', project, '--level', '4', '--out', join(place.folder, 'x')], 'there is no level 4'],
      [['export', project, '--overwrite', '--out', project], 'holds the project itself'],
      [['export', project, '--overwrite', '--out', place.folder], 'holds the project itself'],
      [['again', project, '1000', '--overwrite', '--out', join(project, 'store')], 'holds the project itself'],
      [['again', project, 'avatars-s1000-t0.5', '--out', 'x'], 'is not of this run, whose samples are named like'],
      [['again', project, 'somebody', '--out', 'x'], 'names no samples'],
      [['again', project, '1000', '--run', 'sixteen-v7', '--out', 'x'], 'holds no dataset sixteen-v7 yet'],
    ]
    for (const [arguments_, message] of cases) {
      const ended = await sixteen(arguments_)
      expect(ended, arguments_.join(' ')).toMatchObject({ code: 2 })
      expect(ended.stderr).toContain(message)
    }
    expect(await objectsOf(await openFileStore(join(project, 'store')))).toEqual(before)
  })
})

test('CUDA asked for where it does not work is an error that says what it needs, and nothing is begun', async () => {
  const folder = join(place.folder, 'no-cuda')
  const ended = await sixteen(['train', folder, '--seeds', tinySeeds], { env: { SIXTEEN_DEVICE: 'cuda' } })
  // On a machine where CUDA works there is nothing to refuse.
  if (ended.code === 0) return
  expect(ended).toMatchObject({ code: 1, stdout: '' })
  expect(ended.stderr).toContain('Choose another device with SIXTEEN_DEVICE')
  expect(await readdir(place.folder)).not.toContain('no-cuda')
})

describe('images made again', () => {
  test('have the bytes of the dataset, one by one and in any order', async () => {
    const [dataset, again] = [join(place.folder, 'dataset'), join(place.folder, 'made again')]
    expect(await sixteen(['export', project, '--out', dataset, '--all'])).toMatchObject({ code: 0 })
    const ids = ['avatars-s1007-t1', '1000-1002']
    const ended = await sixteen(['again', project, ...ids, '--run', 'sixteen-v1', '--out', again, '--json'])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(JSON.parse(ended.stdout)).toEqual({ version: 'sixteen-v1', images: 4, folder: again })
    const expected = new Map((await linesOf(dataset)).map((line) => [line.id, line]))
    const lines = await linesOf(again)
    expect(lines.map(({ seed }) => seed)).toEqual([1007, 1000, 1001, 1002])
    for (const line of lines) {
      expect(line).toEqual(expected.get(line.id))
      for (const kind of ['images', 'labels']) {
        const [first, second] = await Promise.all(
          [dataset, again].map((folder) => readFile(join(folder, kind, `${line.id}.png`))),
        )
        expect(first?.equals(second ?? Buffer.of()), `${kind}/${line.id}`).toBe(true)
      }
    }
  })

  test('are made by the very command that the report shows', async () => {
    const ended = await sixteen(['report', 'faces', '--out', 'page/report.html', '--json'], { cwd: place.folder })
    expect(JSON.parse(ended.stdout)).toEqual({ version: 'sixteen-v1', report: join(place.folder, 'page/report.html') })
    const html = await readFile(join(place.folder, 'page/report.html'), 'utf8')
    const [command = ''] = /sixteen again [^"<&]* --out again/.exec(html) ?? []
    expect(command).toMatch(/^sixteen again faces avatars-s10\d\d-t1 --run sixteen-v1 --out again$/)
    const again = await sixteen(command.split(' ').slice(1), { cwd: place.folder })
    expect(again, again.stderr).toMatchObject({ code: 0 })
    expect(await readdir(join(place.folder, 'again', 'images'))).toEqual([`${command.split(' ')[3]}.png`])
  })
})

describe('asked for other numbers', () => {
  test('a run grows and shrinks, and the share that is dropped changes, without a new version', async () => {
    const folder = await makeProject(join(place.folder, 'numbers'), trained)
    const json = async (...arguments_: string[]): Promise<unknown> => {
      const ended = await sixteen([...arguments_, '--json'])
      expect(ended, ended.stderr).toMatchObject({ code: 0 })
      return JSON.parse(ended.stdout)
    }
    const version = 'sixteen-v1'
    expect(await json('generate', folder, '--count', '6')).toMatchObject({ version, count: 6 })
    expect(await json('generate', folder, '--count', '11')).toMatchObject({ version, count: 11 })
    expect(await json('curate', folder)).toEqual({ version, generated: 11, kept: 10, dropped: 1 })
    expect(await json('curate', folder, '--drop-share', '0.5')).toEqual({ version, generated: 11, kept: 6, dropped: 5 })
    expect(await json('generate', folder, '--count', '4')).toMatchObject({ version, count: 4 })
    expect(await json('curate', folder, '--drop-share', '0')).toEqual({ version, generated: 4, kept: 4, dropped: 0 })
  })

  test('--dry-run tells time, disk and dollars, and changes nothing', async () => {
    const before = await objectsOf(await openFileStore(join(project, 'store')))
    const arguments_ = ['generate', project, '--count', '10000', '--dry-run', '--price-per-hour', '3.6']
    const expected = JSON.parse((await sixteen([...arguments_, '--json'])).stdout)
    expect(expected).toMatchObject({ images: 10_000, device: 'cpu', pricePerHour: 3.6 })
    expect(expected.seconds).toBeGreaterThan(0)
    expect(expected.bytes).toBeGreaterThan(10_000 * 1000)
    expect(expected.dollars).toBeCloseTo(expected.seconds / 1000, 6)
    expect((await sixteen(arguments_)).stdout).toMatch(
      /10000 labelled images on cpu:\n {2}time .*\n {2}disk .*\n {2}dollars /,
    )
    const training = ['train', project, '--seeds', tinySeeds, '--dry-run', '--json']
    expect(JSON.parse((await sixteen(training)).stdout).seconds).toBeGreaterThan(0)
    expect(await objectsOf(await openFileStore(join(project, 'store')))).toEqual(before)
  })

  test('--level merges parts in the export and narrows the evaluation', async () => {
    const out = join(place.folder, 'level one')
    expect(await sixteen(['export', project, '--out', out, '--level', '1'])).toMatchObject({ code: 0 })
    const { parts } = JSON.parse(await readFile(join(out, 'labels.json'), 'utf8'))
    expect(parts.map(({ name }: { name: string }) => name)).toEqual(['background', 'person', 'worn'])
    const ids = new Set<number>()
    for (const name of await readdir(join(out, 'labels')))
      for (const id of decodeLabelMap(await readFile(join(out, 'labels', name))).data) ids.add(id)
    expect(Math.max(...ids)).toBeLessThan(3)
    const ended = await sixteen(['evaluate', project, '--members', '1', '--steps', '5', '--level', '2', '--json'])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(JSON.parse(ended.stdout).levels).toMatchObject([{ level: 2 }])
  })
})

describe('seeds in other formats', () => {
  const settings = ['--members', '1', '--labeler', 'ensemble', '--json']

  test('COCO seeds are trained on as the masks that they were made from', async () => {
    const { labels, seeds } = await readSeeds(tinySeeds, { seeds: [100, 104, 111] })
    const folder = join(place.folder, 'coco')
    const samples = seeds.map(({ seed, labelMap }) => {
      const id = sampleId({ generator: 'avatars', seed, truncation: labels.truncation })
      const facts = { id, seed, truncation: labels.truncation, image: '', labels: '', score: 0, kept: true, parts: [] }
      // Only the picture's size is looked at.
      return { line: facts, image: encodeLabelMap(labelMap, labels.parts), labelMap }
    })
    await writeCoco(samples, labels, folder)
    const trained = join(place.folder, 'coco project')
    const ended = await sixteen(['train', trained, '--seeds', folder, '--layout', 'coco', ...settings])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    const store = await openFileStore(join(trained, 'store'))
    const project = (await getJson(store, tinyKeys.project, Project))?.value
    expect(project?.labelList.parts.map(({ name }) => name)).toEqual(labels.parts.map(({ name }) => name))
    for (const { line, labelMap } of samples) {
      const stored = await store.get(tinyKeys.annotationLabels(line.id))
      expect(stored && decodeLabelMap(stored.bytes), line.id).toEqual(labelMap)
    }
    const made = await sixteen(['generate', trained, '--count', '3', '--json'])
    expect(made, made.stderr).toMatchObject({ code: 0 })
  })

  test('LabelMe seeds are recognized, painted and trained on', async () => {
    const folder = await place.make('labelme')
    const shapes = [
      {
        label: 'face/eye',
        shape_type: 'rectangle',
        points: [
          [40, 50],
          [50, 60],
        ],
      },
      {
        label: 'face',
        shape_type: 'polygon',
        points: [
          [30, 30],
          [90, 30],
          [90, 100],
          [30, 100],
        ],
      },
    ]
    for (const seed of [100, 101])
      await writeFile(
        join(folder, `avatars-s${seed}-t1.json`),
        JSON.stringify({ imagePath: `avatars-s${seed}-t1.png`, imageWidth: 128, imageHeight: 128, shapes }),
      )
    const trained = join(place.folder, 'labelme project')
    const ended = await sixteen(['train', trained, '--seeds', folder, ...settings])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    const store = await openFileStore(join(trained, 'store'))
    const stored = await store.get(tinyKeys.annotationLabels('avatars-s101-t1'))
    const { data } = decodeLabelMap(stored?.bytes ?? new Uint8Array())
    const count = (id: number): number => data.filter((value) => value === id).length
    // background, face, face/eye, as LabelMe's names are sorted.
    expect([count(1), count(2)]).toEqual([60 * 70 - 10 * 10, 10 * 10])
  })
})

test('--json prints JSON and nothing else, whatever the command', async () => {
  const results = [
    await sixteen(['curate', project, '--json']),
    await sixteen(['export', project, '--out', join(place.folder, 'as json'), '--json']),
    await sixteen(['doctor', '--dir', place.folder, '--json']),
  ]
  for (const { stdout } of results) expect(() => JSON.parse(stdout), stdout).not.toThrow()
})

test('a page is told as an address that a browser opens', async () => {
  const { stdout } = await sixteen(['report', project])
  expect(stdout).toContain(String(pathToFileURL(join(project, 'report.html'))))
})
