import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exactLabeler } from '../../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph } from '../../functions/gpu/interpreter/factoryGraph.ts'
import { studentLabeler, studentShape } from '../../functions/gpu/interpreter/student.ts'
import { openEngine } from '../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, type HostTensor, uint8Data } from '../../functions/gpu/onnx/hostTensor.ts'
import { sampleLatent } from '../../functions/gpu/stylegan/latents.ts'
import { readGenerator } from '../../functions/gpu/stylegan/weights.ts'
import { referenceEnsemble } from '../functions/gpu/interpreter/referenceEnsemble.ts'
import { randomEnsemble } from '../functions/gpu/interpreter/tinyGenerator.ts'
import { maxAbsDifference } from '../support/close.ts'
import { python } from './support/python.ts'

/** Runs the file with numpy's own latents of the seeds, and writes what comes out as raw bytes beside it. */
const program = `
import json, sys, numpy, onnxruntime
file, folder, seeds = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
session = onnxruntime.InferenceSession(file, providers=['CPUExecutionProvider'])
[z] = session.get_inputs()
latents = numpy.stack([numpy.random.RandomState(seed).randn(z.shape[1]) for seed in seeds]).astype(numpy.float32)
names = [output.name for output in session.get_outputs()]
shapes = {}
for name, value in zip(names, session.run(names, {z.name: latents})):
    value.tofile(f'{folder}/{name}')
    shapes[name] = [str(value.dtype), *value.shape]
print(json.dumps({'shapes': shapes, 'metadata': session.get_modelmeta().custom_metadata_map}))
`

const seeds = [200, 201]
const size = { width: 96, height: 64 }
const ensemble = referenceEnsemble()
const labelers = {
  exact: exactLabeler(ensemble, { size }),
  distilled: studentLabeler(randomEnsemble(studentShape(ensemble.shape), 1), { size, members: 10 }),
}

describe.each(Object.entries(labelers))('the %s factory.onnx in Python’s ONNX Runtime', (_, labeler) => {
  let folder: string
  let ours: Readonly<Record<string, HostTensor>>
  let theirs: { readonly shapes: Readonly<Record<string, unknown>>; readonly metadata: unknown }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sixteen-runtime-'))
    const weights = readGenerator(await readFile('models/avatars/generator.safetensors'))
    const { bytes } = factoryGraph(weights, labeler, { truncation: 0.7, size, metadata: { parts: 'eleven' } })
    const file = join(folder, 'factory.onnx')
    await writeFile(file, bytes)
    const engine = openEngine({ device: 'cpu', threads: 2 })
    const z = Float32Array.from(seeds.flatMap((seed) => [...sampleLatent(seed, weights.latentLength)]))
    const session = await engine.load(bytes)
    ours = (await session.run({ z: float32(z, [seeds.length, weights.latentLength]) })).results
    await engine.close()
    theirs = JSON.parse(await python(program, file, folder, JSON.stringify(seeds)))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const bytesOf = async (name: string): Promise<Uint8Array> => new Uint8Array(await readFile(join(folder, name)))

  it('loads unchanged and gives the outputs it names, with its metadata', () => {
    expect(theirs.shapes).toEqual({
      image: ['uint8', 2, 128, 128, 3],
      labels: ['uint8', 2, 64, 96],
      divergence: ['float32', 2, 64, 96],
      score: ['float32', 2],
    })
    expect(theirs.metadata).toEqual({ parts: 'eleven' })
  })

  it('gives the same labels on 99.9 % of pixels', async () => {
    const [here, there] = [uint8Data(ours.labels, 'labels'), await bytesOf('labels')]
    expect(there.length).toBe(here.length)
    expect(there.filter((part, pixel) => part === here[pixel]).length).toBeGreaterThanOrEqual(0.999 * here.length)
  })

  it('gives the same image bytes but for one level', async () => {
    expect(maxAbsDifference(await bytesOf('image'), uint8Data(ours.image, 'image'))).toBeLessThanOrEqual(1)
  })

  it('gives the same divergence and score within 1e-4', async () => {
    for (const name of ['divergence', 'score']) {
      const there = new Float32Array((await bytesOf(name)).buffer)
      expect(maxAbsDifference(there, float32Data(ours[name], name)), name).toBeLessThan(1e-4)
    }
  })
})
