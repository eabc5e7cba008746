/** A person's own images in a real Label Studio: the segmenter that the run trained labels them. */
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openPredictor } from '../../functions/gpu/jobs/predict.ts'
import { openEngine } from '../../functions/gpu/onnx/engine.ts'
import { decodeResult, parseLabelConfig } from '../../integrations/label-studio/format/index.ts'
import { openFileStore } from '../../integrations/storage/fs.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import type { LabelMap } from '../../schemas/labelMap.ts'
import { avatarConfig, avatarLabels } from './support/annotator.ts'
import { ended, type Loop, openLoop } from './support/loop.ts'
import type { SixteenServer } from './support/sixteenServer.ts'

const segmenter = { steps: 4, interval: 2, batch: 2, width: 32, height: 32, outputStride: 16 } as const
const version = 'sixteen-v1'
const parts = avatarLabels.parts.map(({ name }) => name)
const config = parseLabelConfig(avatarConfig)

let loop: Loop
let server: SixteenServer
let project: string
let photos: readonly { readonly task: number; readonly file: Uint8Array }[]
let unreachable: number

beforeAll(async () => {
  loop = await openLoop('label-studio-own-images', { validatePredictions: true })
  server = await loop.serve({ defaults: { settings: { segmenter } } })
  project = await loop.connectedProject(server, 'Faces')
  const files = [await photo(150, 100, 1), await photo(64, 96, 2)]
  const uploaded: { task: number; file: Uint8Array }[] = []
  for (const file of files) uploaded.push({ task: await upload(file), file })
  photos = uploaded
  unreachable = await importTask('http://127.0.0.1:9/photo.png')
  const done = server.said(ended(project, version))
  await loop.paintSeeds(project)
  await done
})
afterAll(() => loop?.close())

/** Coloured stripes: an untrained eye sees faces in them. */
async function photo(width: number, height: number, seed: number): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, index) => (index * 13 * seed) % 256)
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

const Tasks = z.array(z.object({ id: z.int() }))
/** Of the newest task. */
async function newestTask(): Promise<number> {
  const answer = await loop.annotator.call('GET', `/api/tasks/?project=${project}&page_size=1000&fields=all`)
  const { tasks } = z.object({ tasks: Tasks }).parse(answer)
  return Math.max(...tasks.map(({ id }) => id))
}
async function upload(file: Uint8Array): Promise<number> {
  const form = new FormData()
  form.set('file', new Blob([Buffer.from(file)], { type: 'image/png' }), 'photo.png')
  const answer = await fetch(`${loop.labelStudio.address}/api/projects/${project}/import`, {
    method: 'POST',
    headers: { authorization: `Token ${loop.labelStudio.token}` },
    body: form,
  })
  expect(answer.status).toBe(201)
  return newestTask()
}
async function importTask(image: string): Promise<number> {
  await loop.annotator.call('POST', `/api/projects/${project}/import`, [{ data: { image } }])
  return newestTask()
}

const OpenedTask = z.object({
  predictions: z.array(z.object({ model_version: z.string(), score: z.number(), result: z.array(z.unknown()) })),
})
/** As a person opens it: Label Studio asks for a prediction where there is none. */
const openTask = async (task: number) => OpenedTask.parse(await loop.annotator.call('GET', `/api/tasks/${task}/`))

/** What the segmenter that the server keeps says of an image. */
async function labelled(file: Uint8Array): Promise<LabelMap> {
  const store = await openFileStore(join(server.folder, 'store'))
  const engine = openEngine({ device: 'cpu', threads: 1 })
  try {
    const run = projectKeys('label-studio', project).run(version)
    return (await (await openPredictor({ store, run, version, engine })).predict(file)).labelMap
  } finally {
    await engine.close()
  }
}

describe('a task with an image of somebody’s own', () => {
  test('comes labelled when it is opened, as the segmenter of the version shown labels its image', async () => {
    for (const { task, file } of photos) {
      const { predictions } = await openTask(task)
      expect(predictions.map(({ model_version }) => model_version)).toEqual([version])
      const labelMap = await labelled(file)
      const { width, height } = labelMap
      const painting = decodeResult(predictions[0]?.result ?? [], config, { parts, width, height })
      expect(painting).toMatchObject({ kind: 'painted', labelMap: { width, height } })
      expect(painting.kind === 'painted' && Buffer.compare(painting.labelMap.data, labelMap.data)).toBe(0)
    }
  })

  test('opened again, keeps the one prediction that it has', async () => {
    for (const { task } of photos) expect((await openTask(task)).predictions).toHaveLength(1)
  })

  test('at a private address is not fetched: the task opens without labels, and the log says why', async () => {
    const told = server.said(/the image of a task cannot be labelled/)
    expect((await openTask(unreachable)).predictions).toEqual([])
    expect(await told).toContain('private')
  })
})

test('a click asks for one part: the region under it becomes the part that was clicked with', async () => {
  const [{ task, file } = { task: 0, file: new Uint8Array() }] = photos
  const labelMap = await labelled(file)
  const { width, height } = labelMap
  const Backends = z.array(z.object({ id: z.int(), url: z.string() }))
  const [backend] = Backends.parse(await loop.annotator.call('GET', `/api/ml/?project=${project}`))
  // The switch for interactive preannotations; the server cannot change it without the address.
  await loop.annotator.call('PATCH', `/api/ml/${backend?.id}`, { url: backend?.url, project, is_interactive: true })
  const point = { x: 40, y: 60 }
  const hint = {
    ...{ id: 'click', from_name: 'point', to_name: config.image?.name, type: 'keypointlabels', is_positive: true },
    ...{ original_width: width, original_height: height, image_rotation: 0, origin: 'manual' },
    value: { ...point, width: 0.5, keypointlabels: ['worn/hat'] },
  }
  const Answer = z.object({ data: z.object({ result: z.array(z.unknown()), model_version: z.string() }) })
  const body = { task, context: { result: [hint] } }
  const { data } = Answer.parse(
    await loop.annotator.call('POST', `/api/ml/${backend?.id}/interactive-annotating`, body),
  )
  expect(data.model_version).toBe(version)
  const painting = decodeResult(data.result, config, { parts, width, height })
  if (painting.kind !== 'painted') throw new Error(`the answer is ${painting.kind}`)
  const hat = parts.indexOf('worn/hat')
  const at = Math.floor((point.y / 100) * height) * width + Math.floor((point.x / 100) * width)
  expect(painting.labelMap.data[at]).toBe(hat)
  expect(new Set(painting.labelMap.data)).toEqual(new Set([0, hat]))
  // Nothing but what had the part that the pixel under the click has.
  const before = labelMap.data[at]
  for (const [pixel, part] of painting.labelMap.data.entries())
    if (part === hat) expect(labelMap.data[pixel]).toBe(before)
})
