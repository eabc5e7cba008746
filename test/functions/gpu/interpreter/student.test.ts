import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  decodeEnsemble,
  type Ensemble,
  encodeEnsemble,
  InterpreterError,
} from '../../../../functions/gpu/interpreter/ensemble.ts'
import { exactLabeler } from '../../../../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph } from '../../../../functions/gpu/interpreter/factoryGraph.ts'
import { collectFeatures } from '../../../../functions/gpu/interpreter/featureCollection.ts'
import { defaultFitOptions, fitEnsemble } from '../../../../functions/gpu/interpreter/fitEnsemble.ts'
import { defaultStudentFitOptions, fitStudent } from '../../../../functions/gpu/interpreter/fitStudent.ts'
import type { Labeler } from '../../../../functions/gpu/interpreter/labeler.ts'
import {
  largestDivergence,
  type Student,
  studentLabeler,
  studentShape,
} from '../../../../functions/gpu/interpreter/student.ts'
import { collectLessons, type Lessons } from '../../../../functions/gpu/interpreter/teacher.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../../../functions/gpu/onnx/checkpoint.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import type { FitCheckpoint, FitHooks } from '../../../../functions/gpu/onnx/fit.ts'
import { float32, float32Data, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { memberOutputs, naiveFeatures } from './naiveLabelling.ts'
import { randomEnsemble, tapsOf, tinyGenerator, tinyShape } from './tinyGenerator.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

const size = { width: 16, height: 12 }
const pixelsPerImage = size.width * size.height
const truncation = 0.7
const shape = tinyShape({ hidden: [16, 8], parts: 3 })
const range = (first: number, count: number): readonly number[] => Array.from({ length: count }, (_, k) => first + k)

/** An ensemble that learned which of the first three features is the largest. */
async function trainedEnsemble(): Promise<Ensemble> {
  const requests = range(100, 10).map((seed) => ({ seed, pixels: range(0, pixelsPerImage) }))
  const pixels = await collectFeatures(engine, tinyGenerator, requests, { truncation, size })
  const labels = Uint8Array.from({ length: pixels.pixels }, (_, pixel) => {
    const first = [...pixels.features.subarray(pixel * pixels.length, pixel * pixels.length + 3)]
    return first.indexOf(Math.max(...first))
  })
  const options = { ...defaultFitOptions, steps: 100, batch: 64, learningRate: 0.01 }
  return (await fitEnsemble(engine, shape, pixels, labels, options)).ensemble
}

const teach = (ensemble: Ensemble): Promise<Lessons> =>
  collectLessons(
    engine,
    tinyGenerator,
    ensemble,
    { truncation, size, seeds: range(500, 150), candidatesPerImage: 80, pixelsPerImage: 40 },
    createRandom(0, 'lessons'),
  )

const options = {
  ...defaultStudentFitOptions,
  steps: 300,
  interval: 50,
  batch: 128,
  learningRate: 0.01,
  largestDivergence: largestDivergence(shape.members, shape.parts),
}
/** @param lessons copied, because fitting takes them */
const learn = async (lessons: Lessons, hooks: FitHooks = {}, resume?: FitCheckpoint) => {
  const { features, probabilities, divergence } = lessons
  const own = { features: features.slice(), probabilities: probabilities.slice(), divergence: divergence.slice() }
  return fitStudent(engine, studentShape(shape, [16, 12]), { ...lessons, ...own }, options, hooks, resume)
}

async function label(labeler: Labeler, seeds: readonly number[]) {
  const session = await engine.load(factoryGraph(tinyGenerator, labeler, { truncation, size }).bytes)
  const z = Float32Array.from(seeds.flatMap((seed) => [...sampleLatent(seed, tinyGenerator.latentLength)]))
  const { results } = await session.run({ z: float32(z, [seeds.length, tinyGenerator.latentLength]) })
  return { labels: uint8Data(results.labels, 'labels'), divergence: float32Data(results.divergence, 'divergence') }
}

describe('a student distilled from a small ensemble', () => {
  const state: { ensemble?: Ensemble; lessons?: Lessons; student?: Student } = {}
  const given = <Key extends keyof typeof state>(key: Key): NonNullable<(typeof state)[Key]> => {
    const value = state[key]
    if (value === undefined) throw new TypeError(`there is no ${key}`)
    return value
  }
  beforeAll(async () => {
    state.ensemble = await trainedEnsemble()
    state.lessons = await teach(state.ensemble)
    state.student = (await learn(state.lessons)).student
  })

  test('labels new samples as the ensemble does, and is unsure where it is', async () => {
    const seeds = range(9000, 20)
    const exact = await label(exactLabeler(given('ensemble'), { size }), seeds)
    const quick = await label(studentLabeler(given('student'), { size, members: shape.members }), seeds)
    const same = quick.labels.filter((part, pixel) => part === exact.labels[pixel]).length
    expect(same / quick.labels.length).toBeGreaterThan(0.93)
    expect(correlation(quick.divergence, exact.divergence)).toBeGreaterThan(0.6)
  })

  test('is the same again, also after an interruption and from its file', async () => {
    const controller = new AbortController()
    const files: Uint8Array[] = []
    const onCheckpoint = async (fetch: () => Promise<FitCheckpoint>): Promise<void> => {
      files.push(encodeCheckpoint(await fetch(), { device: 'cpu', runtimeVersion: 'test', threads: '2' }))
      if (files.length === 2) controller.abort(new Error('stopped'))
    }
    const running = learn(given('lessons'), { onCheckpoint, signal: controller.signal })
    await expect(running).rejects.toThrow('stopped')
    const { checkpoint } = decodeCheckpoint(files.at(-1) ?? new Uint8Array())
    expect(checkpoint.state.step).toBe(100)
    const { student } = await learn(given('lessons'), {}, checkpoint)
    expect(encodeEnsemble(student)).toEqual(encodeEnsemble(given('student')))
    expect(decodeEnsemble(encodeEnsemble(student))).toEqual(student)
  })
})

describe('the student’s graph', () => {
  const student: Student = randomEnsemble(studentShape(tinyShape(), [9, 7]), 4)

  test.each([
    { width: 16, height: 12, rowsPerBand: undefined },
    { width: 16, height: 12, rowsPerBand: 5 },
    { width: 40, height: 36, rowsPerBand: 8 },
  ])(
    'equals one classifier on upsampled features: $width × $height in bands of $rowsPerBand rows',
    async ({ rowsPerBand, ...size }) => {
      const labeler = studentLabeler(student, { size, members: 10, ...(rowsPerBand && { rowsPerBand }) })
      const session = await engine.load(factoryGraph(tinyGenerator, labeler, { truncation, size }).bytes)
      const z = float32(Float32Array.from(sampleLatent(21, tinyGenerator.latentLength)), [
        1,
        tinyGenerator.latentLength,
      ])
      const { results } = await session.run({ z })
      const features = naiveFeatures(await tapsOf(engine, tinyGenerator, { seed: 21, truncation }), size)
      const raw = memberOutputs(student, 0, features)
      const labels = raw.map((row) => row.slice(0, 5)).map((logits) => logits.indexOf(Math.max(...logits)))
      const same = uint8Data(results.labels, 'labels').filter((part, pixel) => part === labels[pixel]).length
      expect(same / labels.length).toBeGreaterThanOrEqual(0.999)
      // Ten members cannot disagree by more than ln 5 over five parts.
      const divergence = raw.map((row) => Math.log(5) / (1 + Math.exp(-(row[5] ?? Number.NaN))))
      const actual = float32Data(results.divergence, 'divergence')
      for (const [pixel, value] of divergence.entries()) expect(actual[pixel]).toBeCloseTo(value, 4)
    },
  )

  test('does not take an ensemble of several members', () => {
    const several = randomEnsemble(tinyShape(), 1)
    expect(() => studentLabeler(several, { size, members: 3 })).toThrow(InterpreterError)
    expect(() => studentLabeler(several, { size, members: 3 })).toThrow(
      'a student is one classifier, this file holds 3',
    )
  })
})

test('divergence is at most ln of the members, or of the parts where they are fewer', () => {
  expect(largestDivergence(10, 34)).toBeCloseTo(Math.log(10), 12)
  expect(largestDivergence(10, 4)).toBeCloseTo(Math.log(4), 12)
})

/** Pearson's. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [left, right] = [centred(a), centred(b)]
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, k) => sum + value * (y[k] ?? 0), 0)
  return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right))
}

function centred(values: ArrayLike<number>): readonly number[] {
  const list = Array.from(values)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  return list.map((value) => value - mean)
}
