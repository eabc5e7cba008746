import { describe, expect, test } from 'vitest'
import { splitDataset } from '../../../../functions/gpu/jobs/segmenterData.ts'
import { segmenterOptions } from '../../../../functions/gpu/jobs/segmenterOptions.ts'
import { ProjectSettings } from '../../../../schemas/project.ts'
import { SegmenterOptions } from '../../../../schemas/segmenter.ts'

const side = 32
const parts = ['background', 'disc'].map((name, id) => ({ id, name, color: '#000000' }))
const settings = ProjectSettings.parse({ labeler: 'ensemble', truncation: 1, labelWidth: side, labelHeight: side })

describe('the split', () => {
  const lines = Array.from({ length: 40 }, (_, seed) => {
    const id = `shapes-s${seed}-t1`
    return {
      id,
      seed,
      truncation: 1,
      image: `${id}.png`,
      labels: `${id}.png`,
      score: 0,
      kept: seed % 4 !== 0,
      parts: [0],
    }
  })
  const manifest = {
    schemaVersion: 1,
    run: 'sixteen-v1',
    labelList: { parts, truncation: 1 },
    settings,
    lines,
  } as const
  const how = { size: { width: side, height: side }, heldOutShare: 0.1, seed: 0 }

  test('holds out a share of the kept samples, none of them learned from', () => {
    const { training, heldOut } = splitDataset(manifest, how)
    expect([training.length, heldOut.length]).toEqual([27, 3])
    const ids = [...training, ...heldOut].map(({ id }) => id)
    expect(new Set(ids).size).toBe(30)
    expect([...training, ...heldOut].every(({ kept }) => kept)).toBe(true)
  })

  test('is the same for the same seed, and another for another', () => {
    const ids = (seed: number) => splitDataset(manifest, { ...how, seed }).heldOut.map(({ id }) => id)
    expect(ids(0)).toEqual(ids(0))
    expect(ids(1)).not.toEqual(ids(0))
  })

  test('takes no more images than fit the memory', () => {
    const { training, heldOut } = splitDataset(manifest, { ...how, size: { width: 4096, height: 4096 } })
    expect(training.length + heldOut.length).toBe(16)
  })

  test('needs two kept samples', () => {
    const one = { ...manifest, lines: lines.slice(0, 2) }
    expect(() => splitDataset(one, how)).toThrow('sixteen-v1 has 1 kept images, and a segmenter needs two')
  })
})

describe('the options of a training', () => {
  test.each([
    [128, 128, 128, 128],
    [1024, 768, 256, 192],
    [600, 20, 256, 32],
  ])('label maps of %i×%i give %i×%i', (labelWidth, labelHeight, width, height) => {
    expect(segmenterOptions({ labelWidth, labelHeight })).toMatchObject({ width, height })
  })

  test('are those wished for, else such as the backbone needs', () => {
    const of = (wish: object, isPretrained = false) => segmenterOptions(settings, wish, isPretrained)
    expect(of({})).toMatchObject({ backbone: 'small', outputStride: 8 })
    expect(of({ backbone: 'resnet50' })).toMatchObject({ backbone: 'resnet50', outputStride: 16 })
    expect(of({ backbone: 'resnet50', outputStride: 8, steps: 7 })).toMatchObject({ outputStride: 8, steps: 7 })
    expect(of({}, true).learningRate).toBeLessThan(of({}).learningRate)
    expect(of({ learningRate: 0.5 }, true).learningRate).toBe(0.5)
    expect(SegmenterOptions.parse(of({}))).toEqual(of({}))
  })
})
