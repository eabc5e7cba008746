/** From a generated dataset to labels of other images, by commands alone; and the ONNX file in Python’s runtime. */
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../functions/gpu/onnx/safetensors.ts'
import { openFileStore } from '../../functions/local.ts'
import { decodeLabelMap, decodeRgb } from '../../integrations/images/index.ts'
import { getJson } from '../../integrations/storage/index.ts'
import { Project } from '../../schemas/project.ts'
import { SegmenterRecord } from '../../schemas/segmenter.ts'
import { tinyKeys, tinySeeds } from '../functions/tinyProject.ts'
import { fixture } from '../support/fixture.ts'
import { python } from './support/python.ts'
import { hasStackTrace, sixteen } from './support/sixteen.ts'
import { makeProject, makeWorkplace, type Workplace } from './support/workplace.ts'

let place: Workplace
let project: string
beforeAll(async () => {
  place = await makeWorkplace('segmenter')
  project = await makeProject(join(place.folder, 'faces'), ['train', 'distil', 'generate', 'curate'])
})
afterAll(() => place.remove())

const quick = ['--steps', '4', '--batch', '2', '--size', '64x64', '--output-stride', '16']
const runFile = (name: string): string =>
  join(project, 'store', 'projects', 'local-project', 'runs', 'sixteen-v1', name)

/** Runs the file on raw bytes, and writes what comes out beside them. */
const program = `
import json, sys, numpy, onnxruntime
file, folder = sys.argv[1:]
session = onnxruntime.InferenceSession(file, providers=['CPUExecutionProvider'])
image = numpy.fromfile(f'{folder}/image', numpy.uint8).reshape(2, 64, 64, 3)
labels, confidence = session.run(['labels', 'confidence'], {'image': image})
print(json.dumps({
  'labels': labels.tolist(), 'confidence': [str(confidence.dtype), *confidence.shape],
  'range': [float(confidence.min()), float(confidence.max())],
  'metadata': session.get_modelmeta().custom_metadata_map,
}))
`

describe('sixteen train-segmenter', () => {
  test('before anything is generated says what is missing', async () => {
    const early = await makeProject(join(place.folder, 'early'))
    const ended = await sixteen(['train-segmenter', early])
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.stderr).toContain('make one with  sixteen generate')
    const none = await sixteen(['predict', project, 'x.png', '--out', join(place.folder, 'x')])
    expect(none).toMatchObject({ code: 2 })
    expect(none.stderr).toContain('holds no segmenter yet: train one with  sixteen train-segmenter')
  })

  test('that is interrupted goes on when the command is given again', async () => {
    const when = {
      text: '❯ Train the segmenter',
      act: (child: { kill(signal: 'SIGINT'): boolean }) => child.kill('SIGINT'),
    }
    const stopped = await sixteen(['train-segmenter', project, ...quick], { when })
    expect(stopped).toMatchObject({ code: 130, signal: null })
    expect(hasStackTrace(stopped)).toBe(false)
    const ended = await sixteen(['train-segmenter', project, ...quick])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.stdout).toContain('The segmenter of sixteen-v1 is trained: 4 steps')
    expect(ended.stdout).toContain('mean IoU on generated images that were held out')
    const again = await sixteen(['train-segmenter', project, ...quick])
    expect(again.stdout).toContain('sixteen-v1 has this segmenter already')
  })

  test('begins with weights from a file', async () => {
    const bytes = await readFile(runFile('segmenter.safetensors'))
    const weights = join(place.folder, 'weights.safetensors')
    const { tensors } = readSafetensors(bytes)
    await writeFile(weights, writeSafetensors(new Map([...tensors].filter(([name]) => name.startsWith('backbone.')))))
    const ended = await sixteen(['train-segmenter', project, ...quick, '--pretrained', weights, '--json'])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    const { pretrained } = SegmenterRecord.parse(JSON.parse(ended.stdout))
    expect(pretrained).toMatchObject({ source: 'weights.safetensors', kind: 'backbone', leftOver: [] })
    expect(pretrained?.untrained.every((name) => name.startsWith('classifier.'))).toBe(true)
  })

  test('refuses weights of another network', async () => {
    const weights = join(place.folder, 'other.safetensors')
    await writeFile(weights, fixture('segmenter/basic.safetensors'))
    const ended = await sixteen(['train-segmenter', project, ...quick, '--seed', '1', '--pretrained', weights])
    expect(ended).toMatchObject({ code: 1 })
    expect(ended.stderr).toContain('have other shapes than the network')
    expect(hasStackTrace(ended)).toBe(false)
  })
})

describe('sixteen train --segmenter', () => {
  test('lets runs train one, of a named backbone or the default, and --no-segmenter none any more', async () => {
    const seeds = await place.make('painted')
    for (const name of await readdir(tinySeeds))
      if (/^(10[0-2]\.|labels\.json)/.test(name)) await copyFile(join(tinySeeds, name), join(seeds, name))
    const wished = async (...options: readonly string[]) => {
      const ended = await sixteen(['train', project, '--seeds', seeds, '--json', ...options])
      expect(ended, ended.stderr).toMatchObject({ code: 0 })
      expect(JSON.parse(ended.stdout).version).toBe('sixteen-v1')
      const store = await openFileStore(join(project, 'store'))
      return (await getJson(store, tinyKeys.project, Project))?.value.settings.segmenter
    }
    expect(await wished()).toBeUndefined()
    expect(await wished('--segmenter', 'resnet18')).toEqual({ backbone: 'resnet18' })
    expect(await wished()).toEqual({ backbone: 'resnet18' })
    expect(await wished('--segmenter')).toEqual({})
    expect(await wished('--no-segmenter')).toBeUndefined()
  })
})

describe('sixteen predict', () => {
  test('labels a folder of images', async () => {
    const photos = await place.make('photos')
    const out = join(place.folder, 'labelled')
    const picture = sharp({ create: { width: 200, height: 120, channels: 3, background: '#88aacc' } })
    await writeFile(join(photos, 'a.png'), await picture.clone().png().toBuffer())
    await writeFile(join(photos, 'b.jpg'), await picture.clone().jpeg().toBuffer())
    await writeFile(join(photos, 'c.webp'), 'not a picture')
    const ended = await sixteen(['predict', project, photos, '--out', out, '--overlay', '--confidence'])
    expect(ended.code).toBe(1)
    expect(ended.stdout).toContain('2 images labelled by sixteen-v1')
    expect(ended.stderr).toContain('c.webp: The image cannot be read')
    expect(hasStackTrace(ended)).toBe(false)
    const kinds = ['confidence', 'labels', 'overlay']
    const names = ['a', 'b'].flatMap((name) => kinds.map((kind) => `${name}.${kind}.png`))
    expect((await readdir(out)).toSorted()).toEqual([...names, 'predictions.jsonl'])
    const labelMap = decodeLabelMap(await readFile(join(out, 'b.labels.png')))
    expect([labelMap.width, labelMap.height]).toEqual([200, 120])
    expect(labelMap.data.every((part) => part < 11)).toBe(true)
  })

  test('refuses wrong usage', async () => {
    const ended = await sixteen([
      'predict',
      project,
      join(place.folder, 'nothing.png'),
      '--out',
      join(place.folder, 'y'),
    ])
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.stderr).toContain('is not there, or cannot be read')
  })
})

describe('segmenter.onnx in Python’s ONNX Runtime', () => {
  test('labels as  sixteen predict  does, with its metadata', async () => {
    const folder = await place.make('python')
    const [line = ''] = await readdir(runFile('images'))
    const image = await sharp(await readFile(join(runFile('images'), line)))
      .resize(64, 64, { fit: 'fill' })
      .png()
      .toBuffer()
    await writeFile(join(folder, 'x.png'), image)
    const { data } = await decodeRgb(image)
    await writeFile(join(folder, 'image'), Buffer.concat([data, data.map((level) => 255 - level)]))
    const there = JSON.parse(await python(program, runFile('segmenter.onnx'), folder))
    const out = join(folder, 'out')
    await sixteen(['predict', project, join(folder, 'x.png'), '--out', out])
    const here = decodeLabelMap(await readFile(join(out, 'x.labels.png')))
    const labels: readonly number[] = there.labels[0].flat()
    expect(labels.filter((part, pixel) => part === here.data[pixel]).length).toBeGreaterThanOrEqual(0.999 * 64 * 64)
    expect(there.confidence).toEqual(['float32', 2, 64, 64])
    expect(there.range[0]).toBeGreaterThan(1 / 11 - 1e-6)
    expect(there.range[1]).toBeLessThanOrEqual(1 + 1e-6)
    expect(there.metadata).toMatchObject({ version: 'sixteen-v1', width: '64', height: '64' })
    expect(JSON.parse(there.metadata.parts)).toHaveLength(11)
  })
})
