import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ProjectDefaults } from '../../schemas/projectDefaults.ts'

const complaint = (value: unknown): string => {
  const { error } = ProjectDefaults.safeParse(value)
  return error === undefined ? '' : z.prettifyError(error)
}

describe('what a server’s projects begin with', () => {
  test('may be nothing', () => {
    expect(ProjectDefaults.parse({})).toEqual({ settings: {}, life: {} })
  })

  test('is kept as it is given: defaults are not mixed in', () => {
    const settings = { samplesPerRun: 2000, segmenter: { backbone: 'resnet18' } }
    const given = { generator: 'faces', settings, life: { seedCount: 30, publishShare: 0.05 } }
    expect(ProjectDefaults.parse(given)).toEqual(given)
  })

  test.each([
    [{ setting: {} }, 'Unrecognized key: "setting"'],
    [{ settings: { samples: 1 } }, 'Unrecognized key: "samples"'],
    [{ settings: { samplesPerRun: 0 } }, 'settings.samplesPerRun'],
    [{ settings: { truncation: '0.7' } }, 'settings.truncation'],
    [{ settings: { segmenter: { backbone: 'vgg16' } } }, 'settings.segmenter.backbone'],
    [{ settings: { segmenter: { step: 400 } } }, 'Unrecognized key: "step"'],
    [{ segmenter: {} }, 'Unrecognized key: "segmenter"'],
    [{ settings: { samplesPerRun: 10_000_000, shardSize: 1 } }, 'settings.shardSize'],
    [{ life: { seedcount: 3 } }, 'Unrecognized key: "seedcount"'],
    [{ life: { publishShare: 2 } }, 'life.publishShare'],
    [{ life: { drafts: { model: 'someone/faces' } } }, 'life.drafts.labels'],
    [{ settings: { labelWidth: 64 } }, 'the generator’s'],
    [{ generator: 'Faces.pkl' }, 'a name is lower-case words'],
    [{ generator: { name: 'faces' } }, 'generator'],
    [[], 'expected object'],
    [undefined, 'expected object'],
  ])('names what is wrong with %j', (value, message) => {
    expect(complaint(value)).toContain(message)
  })
})
