/**
 * In which kind of region published masks open fastest: brush, bitmask and polygon in a real Label Studio, in Chromium.
 * The kinds take turns, so that other work on the machine meets them alike; ratios are of the same round.
 * `npm run bench:editor`, or with sizes and numbers of parts: `npm run bench:editor -- 128,512 12,60`
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { encodeRgb } from '../integrations/images/index.ts'
import { openLabelStudioClient } from '../integrations/label-studio/client.ts'
import {
  createLabelConfig,
  encodeResult,
  type PaintingKind,
  parseLabelConfig,
} from '../integrations/label-studio/format/index.ts'
import { openLabelStudio } from '../integrations/label-studio/platform.ts'
import { type LabelStudioServer, startLabelStudio } from '../scripts/label-studio-server.ts'
import { annotatorOf } from '../test/e2e/support/annotator.ts'
import { openEditor } from '../test/e2e/support/editor.ts'
import { blobs, greyImage, partColors } from './support/blobs.ts'
import { type EditorTimes, measureEditor } from './support/editorProbe.ts'
import { innermost, type Place } from './support/innermost.ts'
import { describeMachine } from './support/machine.ts'
import { median } from './support/median.ts'

const kinds: readonly PaintingKind[] = ['brush', 'bitmask', 'polygon']
const rounds = 3
const numbers = (argument: string | undefined, otherwise: string): number[] =>
  (argument ?? otherwise).split(',').map(Number)
const sizes = numbers(process.argv[2], '128,512,1024')
const partCounts = numbers(process.argv[3], '12,30,60')

interface Opened {
  readonly kind: PaintingKind
  readonly parts: number
  readonly size: number
  readonly address: string
  readonly regions: number
  /** Of the prediction's JSON. */
  readonly bytes: number
  readonly places: readonly Place[]
  readonly times: EditorTimes[]
}

/** A project for each kind and number of parts, with a task for each size. */
async function publish(server: LabelStudioServer): Promise<Opened[]> {
  const platform = openLabelStudio(openLabelStudioClient(server))
  const annotator = annotatorOf(server)
  const tasks: Opened[] = []
  for (const parts of partCounts) {
    const labels = partColors(parts).map((color, index) => ({
      name: `part/${String(index + 1).padStart(2, '0')}`,
      color,
    }))
    for (const kind of kinds) {
      const config = createLabelConfig({ labels, kind })
      const project = await annotator.createProject(`${parts} parts, ${kind}`, config)
      await platform.prepareViews(project)
      for (const size of sizes) {
        const form = { parts: ['background', ...labels.map(({ name }) => name)], width: size, height: size }
        const prediction = { version: 'sixteen-v1', score: 0.5, labelMap: blobs(size, parts, 1) } as const
        const result = encodeResult(prediction, parseLabelConfig(config), form)
        const sample = {
          sample: `blobs-s${size}-t1`,
          kind: 'generated',
          image: await encodeRgb(greyImage(size)),
        } as const
        await platform.importTasks(project, form, [{ ...sample, prediction }])
        const { id } = (await annotator.tasks(project)).reduce((last, task) => (task.id > last.id ? task : last))
        const address = `${server.address}/projects/${project}/data?task=${id}`
        const bytes = JSON.stringify(result).length
        const places = innermost(prediction.labelMap)
        tasks.push({ kind, parts, size, address, regions: result.length, bytes, places, times: [] })
      }
    }
  }
  return tasks
}

function rows(tasks: readonly Opened[]): string[][] {
  return tasks.map(({ kind, parts, size, regions, bytes, times }) => {
    const brush = tasks.find((other) => other.kind === 'brush' && other.parts === parts && other.size === size)
    const of = (key: keyof EditorTimes): number => median(times.map((time) => time[key]))
    const ratio = (key: keyof EditorTimes): string =>
      median(times.map((time, round) => time[key] / (brush?.times[round]?.[key] ?? Number.NaN))).toFixed(2)
    const [seconds, megabytes] = [
      (key: keyof EditorTimes) => (of(key) / 1e3).toFixed(1),
      (key: keyof EditorTimes) => (of(key) / 1e6).toFixed(0),
    ]
    const milliseconds = (key: keyof EditorTimes) => of(key).toFixed(0)
    return [
      ...[String(parts), `${size}²`, kind, String(regions), (bytes / 1e3).toFixed(0)],
      ...[seconds('drawn'), seconds('usable'), ratio('usable'), seconds('busy'), ratio('busy')],
      ...[megabytes('heap'), megabytes('resident')],
      ...[milliseconds('select'), milliseconds('relabel'), milliseconds('undo')],
    ]
  })
}
const head = [
  ...['parts', 'image', 'kind', 'regions', 'JSON kB'],
  ...['drawn s', 'usable s', '/ brush', 'busy s', '/ brush'],
  ...['heap MB', 'process MB'],
  ...['select ms', 'relabel ms', 'undo ms'],
]

const folder = await mkdtemp(join(tmpdir(), 'sixteen-bench-editor-'))
const server = await startLabelStudio({ dataFolder: join(folder, 'label-studio') })
const editor = await openEditor(server)
try {
  const tasks = await publish(server)
  const context = editor.page.context()
  // Drafts that the editor saves would be opened in the next round.
  await context.route(/\/drafts\b/, (route) =>
    route.request().method() === 'GET' ? route.continue() : route.fulfill({ status: 201, json: { id: 1 } }),
  )
  const [first] = tasks
  if (first !== undefined) await measureEditor(context, first.address, first.places)
  for (let round = 0; round < rounds; round += 1) {
    for (const { address, places, times, ...task } of tasks.toSorted((a, b) => a.parts - b.parts || a.size - b.size)) {
      times.push(await measureEditor(context, address, places))
      console.error(`round ${round + 1}: ${task.parts} parts, ${task.size}², ${task.kind}`)
    }
  }
  console.log(`${describeMachine()}\nChromium ${context.browser()?.version()}, without a GPU; median of ${rounds}\n`)
  console.log(table(head, rows(tasks)))
} finally {
  await editor.close()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
