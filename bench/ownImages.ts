/**
 * How long Label Studio waits for the labels of images that are not ours: `/predict` for 50 tasks with photos of 512², all
 * asked for at once, by the app and the labeler of `sixteen serve`; only the platform is in memory. Networks are untrained,
 * and images are smooth blobs of colour. `npm run bench:own-images`
 */
import { createApp } from '../functions/edge/index.ts'
import { table } from '../functions/gpu/jobs/experiments/markdownTable.ts'
import { segmenterOptions } from '../functions/gpu/jobs/segmenterOptions.ts'
import { initialDeepLab } from '../functions/gpu/segmenter/initialWeights.ts'
import { segmenterNetwork } from '../functions/gpu/segmenter/segmenter.ts'
import { segmenterGraph } from '../functions/gpu/segmenter/segmenterGraph.ts'
import { openLabeler } from '../functions/local/labeler.ts'
import { encodeRgb } from '../integrations/images/index.ts'
import { createLabelConfig } from '../integrations/label-studio/format/index.ts'
import { openMemoryPlatform } from '../integrations/platform/memory.ts'
import { openMemoryQueue } from '../integrations/queue/memory.ts'
import { encodeJson, type Store } from '../integrations/storage/index.ts'
import { projectKeys } from '../integrations/storage/keys.ts'
import { openMemoryStore } from '../integrations/storage/memory.ts'
import { Project } from '../schemas/project.ts'
import { Serving } from '../schemas/projectState.ts'
import { type Backbone, SegmenterRecord } from '../schemas/segmenter.ts'
import { describeMachine } from './support/machine.ts'

const [tasks, side, parts, id, version] = [50, 512, 12, '1', 'sixteen-v1'] as const
const keys = projectKeys('label-studio', id)
const names = Array.from({ length: parts }, (_, part) => (part === 0 ? 'background' : `part ${part}`))
const labelList = { parts: names.map((name, part) => ({ id: part, name, color: '#808080' })), truncation: 0.7 }

async function serveNetwork(store: Store, backbone: Backbone): Promise<string> {
  const project = Project.parse({
    schemaVersion: 1,
    id,
    platform: 'label-studio',
    generator: { name: 'random', kind: 'stylegan2', resolution: side, latentLength: 512, sha256: '0'.repeat(64) },
    labelList,
    settings: { labeler: 'student', labelWidth: side, labelHeight: side },
    life: {},
    createdAt: new Date().toISOString(),
  })
  const options = segmenterOptions(project.settings, { backbone })
  const size = { width: options.width, height: options.height }
  const network = segmenterNetwork({ ...options, size, classes: parts })
  const record: SegmenterRecord = {
    schemaVersion: 1,
    run: version,
    options,
    inputs: '0'.repeat(64),
    parts: labelList.parts,
    images: { training: 1, heldOut: 1 },
    pretrained: null,
    history: [],
    heldOut: { loss: 0, miou: 0, parts: [] },
  }
  const run = keys.run(version)
  const served: Serving = { schemaVersion: 1, version, chosen: false }
  const graph = segmenterGraph({ network, tensors: initialDeepLab(network, 0) }, { version, parts: labelList.parts })
  await store.create(keys.project, encodeJson(keys.project, Project, project))
  await store.create(keys.serving, encodeJson(keys.serving, Serving, served))
  await store.create(run.segmenterGraph, graph.bytes)
  await store.create(run.segmenterRecord, encodeJson(run.segmenterRecord, SegmenterRecord, record))
  return `${size.width} × ${size.height}, stride ${options.outputStride}`
}

/** Waves of colour that differ from image to image. */
function photo(image: number): Promise<Uint8Array> {
  const data = new Uint8Array(3 * side * side)
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [Math.floor(at / 3) % side, Math.floor(at / (3 * side))]
    data[at] = 128 + 120 * Math.sin(x / (40 + image) + (at % 3)) * Math.cos(y / (60 - image))
  }
  return encodeRgb({ width: side, height: side, data })
}

async function measure(backbone: Backbone): Promise<string[]> {
  const store = openMemoryStore()
  const platform = openMemoryPlatform()
  platform.addProject({ id, labels: labelList.parts.map(({ name, color }) => ({ name, color })) })
  const place = await serveNetwork(store, backbone)
  const labeler = openLabeler({ store, platformOf: () => platform, device: 'cpu' })
  const queue = openMemoryQueue()
  const app = createApp({ store, queue, labeler })
  const ask = async (ids: readonly string[]) => {
    const start = performance.now()
    const answer = await app.request('/predict', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        project: id,
        label_config: createLabelConfig({ labels: labelList.parts, kind: 'brush' }),
        tasks: ids.map((task) => ({ id: Number(task), data: { image: `/data/upload/${task}.png` } })),
      }),
    })
    const text = await answer.text()
    const seconds = (performance.now() - start) / 1000
    const labelled = [...text.matchAll(/"model_version"/g)].length
    return { seconds, labelled, megabytes: text.length / 1e6 }
  }
  const photos: string[] = []
  for (let image = 0; image < tasks; image++) photos.push(platform.addForeignTask(id, await photo(image)))
  const first = await ask(photos.slice(0, 1))
  const all = await ask(photos)
  await labeler.close()
  await queue.close()
  return [
    backbone,
    place,
    first.seconds.toFixed(1),
    all.seconds.toFixed(1),
    `${all.labelled} of ${tasks}`,
    all.megabytes.toFixed(1),
    all.seconds <= 100 ? '✓' : '✗',
  ]
}

console.log(`${describeMachine()}\n`)
const rows: string[][] = []
for (const backbone of ['small', 'resnet50'] as const) rows.push(await measure(backbone))
const head = ['backbone', 'network', 'first image s', `${tasks} images s`, 'labelled at once', 'answer MB', '≤ 100 s']
console.log(table(head, rows))
