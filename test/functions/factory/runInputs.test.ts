import { describe, expect, test } from 'vitest'
import { runInputs } from '../../../functions/factory/runInputs.ts'
import type { Annotation } from '../../../schemas/annotation.ts'
import { Project, type ProjectSettings } from '../../../schemas/project.ts'

const project = Project.parse({
  schemaVersion: 1,
  id: 'faces',
  platform: 'local',
  generator: { name: 'avatars', kind: 'stylegan2', resolution: 64, latentLength: 64, sha256: 'a'.repeat(64) },
  labelList: {
    parts: [
      { id: 0, name: 'background', color: '#000000' },
      { id: 1, name: 'face', color: '#ffffff' },
    ],
    truncation: 0.7,
  },
  settings: { labeler: 'student', labelWidth: 64, labelHeight: 64 },
  createdAt: '2030-01-01T00:00:00.000Z',
})
const annotation = (sample: string, sha256: string): Annotation => ({
  schemaVersion: 1,
  sample,
  source: 'somewhere',
  updatedAt: '2030-01-01T00:00:00.000Z',
  sha256,
})
const annotations = [annotation('avatars-s1-t0.7', 'b'.repeat(64)), annotation('avatars-s2-t0.7', 'c'.repeat(64))]
const { inputs } = runInputs(project, annotations)
const withSettings = (settings: Partial<ProjectSettings>): Project => ({
  ...project,
  settings: { ...project.settings, ...settings },
})

describe("a run's inputs", () => {
  test('are a SHA-256', () => {
    expect(inputs).toMatch(/^[0-9a-f]{64}$/)
  })

  const settings: readonly Partial<ProjectSettings>[] = [
    { members: 9 },
    { truncation: 0.5 },
    { labeler: 'ensemble' },
    { labelWidth: 32 },
    { labelHeight: 32 },
    { firstSeed: 7 },
    { shardSize: 7 },
    { balanceParts: true },
    { precision: 'float16' },
  ]
  test.each(settings)('change with %j', (setting) => {
    expect(runInputs(withSettings(setting), annotations).inputs).not.toBe(inputs)
  })

  test('change with the generator’s weights, the label list and its truncation', () => {
    const { labelList } = project
    const others: readonly Project[] = [
      { ...project, generator: { ...project.generator, sha256: 'f'.repeat(64) } },
      { ...project, labelList: { ...labelList, truncation: 1 } },
      {
        ...project,
        labelList: { ...labelList, parts: labelList.parts.map((part) => ({ ...part, color: '#123456' })) },
      },
    ]
    for (const other of others) expect(runInputs(other, annotations).inputs).not.toBe(inputs)
  })

  test('change with an annotation that is added, taken away or corrected', () => {
    const [first, second] = annotations
    if (first === undefined || second === undefined) throw new Error('two annotations are needed')
    const others = [
      [first],
      [first, second, annotation('avatars-s3-t0.7', 'd'.repeat(64))],
      [first, { ...second, sha256: 'e'.repeat(64) }],
      [
        { ...first, sample: second.sample },
        { ...second, sample: first.sample },
      ],
    ]
    for (const other of others) expect(runInputs(project, other).inputs).not.toBe(inputs)
  })

  test('do not change with the number of images, the share that is dropped, the segmenter, order, times and sources', () => {
    expect(runInputs(withSettings({ segmenter: { backbone: 'resnet18' } }), annotations).inputs).toBe(inputs)
    expect(runInputs(withSettings({ samplesPerRun: 7, dropShare: 0.5 }), annotations).inputs).toBe(inputs)
    expect(runInputs(project, annotations.toReversed()).inputs).toBe(inputs)
    const moved = annotations.map((one) => ({ ...one, source: 'elsewhere', updatedAt: '2031-01-01T00:00:00.000Z' }))
    expect(runInputs({ ...project, createdAt: '2031-01-01T00:00:00.000Z' }, moved).inputs).toBe(inputs)
  })
})
