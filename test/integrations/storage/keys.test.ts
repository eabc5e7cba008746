import { describe, expect, test } from 'vitest'
import { InvalidKeyError } from '../../../integrations/storage/errors.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'

const keys = projectKeys('local', 'demo')
const run = keys.run('sixteen-v1')

describe('the layout', () => {
  test('puts everything of a project under one root', () => {
    expect(keys.root).toBe('projects/local-demo/')
    expect(projectKeys('label-studio', '12').root).toBe('projects/label-studio-12/')
    expect(keys.project).toBe('projects/local-demo/project.json')
    expect(keys.sample('avatars-s100-t0.7')).toBe('projects/local-demo/samples/avatars-s100-t0.7.json')
    expect(keys.sampleImage('avatars-s100-t0.7')).toBe('projects/local-demo/samples/avatars-s100-t0.7.png')
    expect(keys.annotation('avatars-s100-t0.7')).toBe('projects/local-demo/annotations/avatars-s100-t0.7.json')
    expect(keys.annotationLabels('avatars-s100-t0.7')).toBe('projects/local-demo/annotations/avatars-s100-t0.7.png')
  })

  test('puts everything of a run under its version', () => {
    expect(run.run).toBe('projects/local-demo/runs/sixteen-v1/run.json')
    expect(run.interpreter).toBe('projects/local-demo/runs/sixteen-v1/interpreter.safetensors')
    expect(run.factory).toBe('projects/local-demo/runs/sixteen-v1/factory.onnx')
    expect(run.checkpoint('train')).toBe('projects/local-demo/runs/sixteen-v1/checkpoints/train.safetensors')
    expect(run.shard(3)).toBe('projects/local-demo/runs/sixteen-v1/shards/00003.json')
    expect(run.image('avatars-s7-t1')).toBe('projects/local-demo/runs/sixteen-v1/images/avatars-s7-t1.png')
    expect(run.labelMap('avatars-s7-t1')).toBe('projects/local-demo/runs/sixteen-v1/labels/avatars-s7-t1.png')
    expect(run.manifest).toBe('projects/local-demo/runs/sixteen-v1/manifest.json')
    expect(run.report).toBe('projects/local-demo/runs/sixteen-v1/report.json')
  })

  test('begins every key with the prefix that lists it', () => {
    expect(run.shard(0).startsWith(run.shards)).toBe(true)
    expect(run.image('a').startsWith(run.images)).toBe(true)
    expect(run.labelMap('a').startsWith(run.labels)).toBe(true)
    expect(run.root.startsWith(keys.runs)).toBe(true)
    expect(keys.sample('a').startsWith(keys.samples)).toBe(true)
    expect(keys.annotation('a').startsWith(keys.annotations)).toBe(true)
  })

  test('orders shards by number', () => {
    const shards = [0, 2, 9, 10, 99, 100, 1000, 9999].map((index) => run.shard(index))
    expect(shards.toSorted()).toEqual(shards)
  })
})

describe('an id that would lead elsewhere', () => {
  test.each(['', '..', '../other', 'a/b', '/etc', 'a\\b', 'a\0', 'Demo', '.hidden'])('is refused: %j', (id) => {
    for (const make of [
      keys.sample,
      keys.sampleImage,
      keys.annotation,
      keys.annotationLabels,
      run.image,
      run.labelMap,
    ]) {
      expect(() => make(id)).toThrow(InvalidKeyError)
    }
    expect(() => projectKeys('local', id)).toThrow(InvalidKeyError)
    expect(() => keys.run(id)).toThrow('sixteen-v1')
  })

  test.each([-1, 0.5, 10_000, Number.NaN])('is refused as a shard: %d', (index) => {
    expect(() => run.shard(index)).toThrow(InvalidKeyError)
  })
})
