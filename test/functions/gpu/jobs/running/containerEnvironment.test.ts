import { describe, expect, test } from 'vitest'
import { readContainer } from '../../../../../functions/gpu/jobs/running/containerEnvironment.ts'

const variables = {
  SIXTEEN_STORE: 's3://bucket',
  SIXTEEN_PLATFORM: 'label-studio',
  SIXTEEN_PROJECT: '8',
  SIXTEEN_VERSION: 'sixteen-v3',
}

describe('the environment of a container', () => {
  test('says what is to be done', () => {
    const { job, environment } = readContainer(['train'], variables)
    expect(job).toEqual({
      name: 'train',
      platform: 'label-studio',
      project: '8',
      version: 'sixteen-v3',
      share: { index: 0, of: 1 },
    })
    expect(environment.SIXTEEN_DEVICE).toBe('cuda')
  })

  test('gives each child of an array its share', () => {
    const child = { ...variables, SIXTEEN_SHARES: '4', AWS_BATCH_JOB_ARRAY_INDEX: '3' }
    expect(readContainer(['generate'], child).job.share).toEqual({ index: 3, of: 4 })
  })

  test('takes what is empty for left out', () => {
    const { job, environment } = readContainer(['seeds'], { ...variables, SIXTEEN_VERSION: '', LABEL_STUDIO_URL: '' })
    expect(job.version).toBeUndefined()
    expect(environment.LABEL_STUDIO_URL).toBeUndefined()
  })

  test.each([
    [[], variables, 'give one job: seeds, train, generate, curate, publish, evaluate, predict'],
    [['dance'], variables, 'give one job'],
    [['train', 'generate'], variables, 'give one job'],
    [['train'], { ...variables, SIXTEEN_STORE: undefined }, 'SIXTEEN_STORE'],
    [['train'], { ...variables, SIXTEEN_PLATFORM: 'paper' }, 'SIXTEEN_PLATFORM'],
    [['train'], { ...variables, SIXTEEN_VERSION: 'v3' }, 'SIXTEEN_VERSION: a run is named sixteen-v1'],
    [['train'], { ...variables, SIXTEEN_DEVICE: 'tpu' }, 'SIXTEEN_DEVICE'],
    [['generate'], { ...variables, SIXTEEN_SHARES: '0' }, 'SIXTEEN_SHARES'],
    [
      ['generate'],
      { ...variables, SIXTEEN_SHARES: '4', AWS_BATCH_JOB_ARRAY_INDEX: '4' },
      'AWS_BATCH_JOB_ARRAY_INDEX is 4, of SIXTEEN_SHARES 4',
    ],
  ])('that does not fit is refused by name: %j', (parameters, environment, message) => {
    expect(() => readContainer(parameters, environment)).toThrow(message)
  })

  test('is never shown', () => {
    const secret = { ...variables, SIXTEEN_PLATFORM: 'canary-1', LABEL_STUDIO_TOKEN: 'canary-2' }
    expect(() => readContainer(['train'], secret)).toThrow(expect.not.stringContaining('canary'))
  })
})
