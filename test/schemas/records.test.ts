import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { Annotation } from '../../schemas/annotation.ts'
import { Project } from '../../schemas/project.ts'
import { Run, runNumber, runVersion } from '../../schemas/run.ts'
import { Sample, sampleId } from '../../schemas/sample.ts'
import { Shard } from '../../schemas/shard.ts'

const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
const moment = '2026-11-30T12:00:00.000Z'
const later = '2026-11-30T12:00:05.250Z'

const project = {
  schemaVersion: 1,
  id: 'demo',
  platform: 'local',
  generator: { name: 'avatars', kind: 'stylegan2', resolution: 64, latentLength: 32, sha256 },
  labelList: {
    parts: [
      { id: 0, name: 'background', color: '#000000' },
      { id: 1, name: 'head', color: '#ff0000' },
    ],
    truncation: 1,
  },
  settings: {
    members: 10,
    truncation: 0.7,
    samplesPerRun: 500,
    firstSeed: 1000,
    dropShare: 0.1,
    shardSize: 50,
    labeler: 'ensemble',
    balanceParts: false,
    precision: 'float32',
    labelWidth: 64,
    labelHeight: 64,
  },
  life: {
    seedCount: 12,
    seedPool: { from: 0, size: 100 },
    autoTrain: false,
    retrainAfter: 1,
    debounceSeconds: 0,
    publishShare: 1,
    annotators: 'vote',
    labelAliases: { Hair: 'hair' },
    drafts: { model: 'someone/faces', labels: { Face: 'head' } },
  },
  createdAt: moment,
}
const sample = { schemaVersion: 1, id: 'avatars-s100-t0.7', generator: 'avatars', seed: 100, truncation: 0.7 }
const annotation = {
  schemaVersion: 1,
  sample: 'avatars-s100-t0.7',
  source: '100.labels.png',
  updatedAt: moment,
  sha256,
}
const run = {
  schemaVersion: 1,
  version: 'sixteen-v1',
  state: 'generating',
  inputs: sha256,
  createdAt: moment,
  phases: [
    { name: 'train', startedAt: moment, finishedAt: later, seconds: 5.25 },
    { name: 'generate', startedAt: later, seconds: 0 },
  ],
  machine: { device: 'cpu', description: 'two cores', threads: 2, versions: { node: '24.21.0' } },
}
const line = {
  id: 'avatars-s7-t1',
  seed: 7,
  truncation: 1,
  image: 'images/avatars-s7-t1.png',
  labels: 'labels/avatars-s7-t1.png',
  score: 0.25,
  parts: [0, 1],
}
const shard = { schemaVersion: 1, run: 'sixteen-v1', shard: 0, partPixels: [4000, 96], lines: [line] }

const records: [string, z.ZodType, object][] = [
  ['project', Project, project],
  ['sample', Sample, sample],
  ['annotation', Annotation, annotation],
  ['run', Run, run],
  ['shard', Shard, shard],
]

describe.each(records)('a %s record', (_name, schema, record) => {
  test('is read back as it was written', () => {
    expect(schema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record)
  })

  test('of another version is refused with the reason', () => {
    for (const schemaVersion of [2, '1', undefined]) {
      expect(() => schema.parse({ ...record, schemaVersion })).toThrow('this release reads version 1')
    }
  })
})

test('a project of before annotation platforms is read with the defaults', () => {
  const { life: _, ...old } = project
  expect(Project.parse(old).life).toMatchObject({ seedCount: 16, autoTrain: true, annotators: 'newest' })
})

const refuses = (schema: z.ZodType, record: object, change: object, reason: string): void => {
  expect(() => schema.parse({ ...record, ...change })).toThrow(reason)
}

describe('sampleId', () => {
  test('names generator, seed and truncation, and always the same way', () => {
    expect(sampleId({ generator: 'avatars', seed: 100, truncation: 1 })).toBe('avatars-s100-t1')
    expect(sampleId({ generator: 'cats-256', seed: 4_294_967_295, truncation: 0.7 })).toBe('cats-256-s4294967295-t0.7')
    expect(sampleId({ generator: 'a', seed: 0, truncation: -0 })).toBe('a-s0-t0')
  })

  test('tells apart what differs, however little', () => {
    const recipes = ['a', 'a-s1', 'a-s1-t1'].flatMap((generator) =>
      [1, 11, 100].flatMap((seed) =>
        [0, 1e-7, 0.1, 0.3, 0.1 + 0.2, 1, 1.5].map((truncation) => ({ generator, seed, truncation })),
      ),
    )
    expect(new Set(recipes.map(sampleId)).size).toBe(recipes.length)
  })

  test.each([
    { generator: '', seed: 1, truncation: 1 },
    { generator: '../x', seed: 1, truncation: 1 },
    { generator: 'Cats', seed: 1, truncation: 1 },
    { generator: 'a', seed: -1, truncation: 1 },
    { generator: 'a', seed: 0x1_0000_0000, truncation: 1 },
    { generator: 'a', seed: 1.5, truncation: 1 },
    { generator: 'a', seed: 1, truncation: Number.NaN },
    { generator: 'a', seed: 1, truncation: 2.5 },
  ])('refuses %j', (recipe) => {
    expect(() => sampleId(recipe)).toThrow()
  })
})

describe('what contradicts itself is refused', () => {
  test('a sample under another name', () => refuses(Sample, sample, { seed: 101 }, 'a sample is named by'))

  test('a failed run without a reason, and a reason without failure', () => {
    refuses(Run, run, { state: 'failed' }, 'a failed run says why')
    refuses(Run, run, { error: { message: 'full disk' } }, 'a failed run says why')
    expect(Run.parse({ ...run, state: 'failed', error: { message: 'full disk', phase: 'generate' } })).toBeTruthy()
  })

  test('a phase that finishes before it starts, or twice', () => {
    const backwards = { name: 'train', startedAt: later, finishedAt: moment, seconds: 1 }
    refuses(Run, run, { phases: [backwards] }, 'a phase cannot finish before it starts')
    refuses(Run, run, { phases: [...run.phases, ...run.phases] }, 'a phase has one entry')
  })

  test('a moment that is not in UTC', () => {
    refuses(Annotation, annotation, { updatedAt: '2026-11-30T12:00:00+02:00' }, 'a moment is written in UTC')
    refuses(Annotation, annotation, { updatedAt: 'yesterday' }, 'a moment is written in UTC')
  })

  test('more shards than a run can have', () => {
    const settings = { ...project.settings, samplesPerRun: 10_001, shardSize: 1 }
    refuses(Project, project, { settings }, 'at most 10000 shards')
    expect(Project.parse({ ...project, settings: { ...settings, samplesPerRun: 10_000 } })).toBeTruthy()
  })

  test.each(['https://someone:canary@a.b/', 'https://canary@a.b/'])('a password in an address: %s', (endpoint) => {
    const life = { drafts: { model: 'someone/faces', endpoint, labels: {} } }
    refuses(Project, project, { life }, 'leave out user and password')
  })

  test('a wish for a segmenter that is none', () => {
    const wish = (segmenter: object) => ({ settings: { ...project.settings, segmenter } })
    refuses(Project, project, wish({ backbone: 'vgg16' }), 'backbone')
    refuses(Project, project, wish({ step: 4 }), 'Unrecognized key')
    for (const segmenter of [{}, { backbone: 'resnet18', steps: 4 }])
      expect(Project.parse({ ...project, ...wish(segmenter) }).settings.segmenter).toEqual(segmenter)
  })

  test('a sample that a shard holds twice', () => refuses(Shard, shard, { lines: [line, line] }, 'has one line'))
})

describe('a run version', () => {
  test('counts from 1', () => {
    expect(runVersion(3)).toBe('sixteen-v3')
    expect(runNumber('sixteen-v12')).toBe(12)
  })

  test.each([0, -1, 1.5, Number.NaN, 1e21])('is not made of %d', (number) => {
    expect(() => runVersion(number)).toThrow('a run is named sixteen-v1')
  })

  test.each(['sixteen-v0', 'sixteen-v01', 'sixteen-v', 'v1', 'sixteen-v1/..'])('is not %j', (version) => {
    expect(() => runNumber(version)).toThrow('a run is named sixteen-v1')
  })
})
