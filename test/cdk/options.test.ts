import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DeploymentOptionError, DeploymentOptions, readOptions } from '../../cdk/options.ts'

const labelStudioUrl = 'https://labels.example.org'
const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d'
const [, docs = ''] = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8').split('\n## Options\n')

describe('options as the command line gives them', () => {
  test('one is enough', () => {
    expect(readOptions({ labelStudioUrl })).toEqual({
      labelStudioUrl,
      stackName: 'Sixteen',
      instanceTypes: ['g5.xlarge', 'g4dn.xlarge'],
      maxVcpus: 16,
      spotShare: 0.75,
      largestArray: 4,
      budget: 50,
      reconcileMinutes: 15,
      destroyData: false,
      interactive: false,
      interactiveCidr: '10.0.0.0/8',
    })
  })

  test('texts become what they mean', () => {
    const read = readOptions({
      labelStudioUrl,
      account: '012345678901',
      instanceTypes: 'g6.xlarge, g5.2xlarge',
      maxVcpus: '32',
      spotShare: '0',
      budget: '200',
      destroyData: 'true',
      interactive: 'false',
      interactiveFrom: '0',
      interactiveUntil: '12',
      defaults: '{"generator":"faces","settings":{"samplesPerRun":2000}}',
    })
    expect(read).toMatchObject({
      account: '012345678901',
      instanceTypes: ['g6.xlarge', 'g5.2xlarge'],
      maxVcpus: 32,
      spotShare: 0,
      budget: 200,
      destroyData: true,
      interactive: false,
      interactiveFrom: 0,
      interactiveUntil: 12,
      defaults: { generator: 'faces', settings: { samplesPerRun: 2000 } },
    })
  })

  test('a file may hold them as they are', () => {
    const read = readOptions({ labelStudioUrl, instanceTypes: ['g6.xlarge'], interactive: true, maxVcpus: 8 })
    expect(read).toMatchObject({ instanceTypes: ['g6.xlarge'], interactive: true, maxVcpus: 8 })
  })

  test('what tools put beside them is no option', () => {
    const context = {
      labelStudioUrl,
      'aws:cdk:bundling-stacks': ['**'],
      '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
      'availability-zones:account=123456789012:region=eu-central-1': ['a'],
      'cli-telemetry': false,
      'acknowledged-issue-numbers': [1],
    }
    expect(readOptions(context)).toEqual(readOptions({ labelStudioUrl }))
  })
})

describe('an option that cannot be meant is named', () => {
  test.for([
    ['labelStudioUrl', undefined],
    ['labelStudioUrl', ''],
    ['labelStudioUrl', 'labels.example.org'],
    ['labelStudioUrl', 'ftp://labels.example.org'],
    ['labelStudioUrl', 'https://user:password@labels.example.org'],
    ['stackName', '1st'],
    ['stackName', 'a_b'],
    ['region', 'Frankfurt'],
    ['account', '1234'],
    ['image', ''],
    ['image', '   '],
    ['instanceTypes', ''],
    ['instanceTypes', 'g5.xlarge,'],
    ['instanceTypes', 'big'],
    ['maxVcpus', ''],
    ['maxVcpus', 'many'],
    ['maxVcpus', '0'],
    ['maxVcpus', '6'],
    ['maxVcpus', '4.5'],
    ['spotShare', ''],
    ['spotShare', '1.5'],
    ['spotShare', '75%'],
    ['largestArray', '10001'],
    ['budget', '0'],
    ['alarmEmail', 'ops'],
    ['domain', 'https://sixteen.example.org'],
    ['certificateArn', '0a1b2c3d'],
    ['certificateArn', 'arn:aws:iam::123456789012:role/x'],
    ['reconcileMinutes', '0'],
    ['defaults', 'defaults.json'],
    ['defaults', '{"generatr":"faces"}'],
    ['destroyData', 'yes'],
    ['interactive', ''],
    ['interactiveFrom', '25'],
    ['interactiveCidr', '10.0.0.0'],
    ['interactiveCidr', '10.0.0.0/33'],
  ] as const)('%s: %s', ([name, value]) => {
    const context = { labelStudioUrl, interactiveUntil: name === 'interactiveFrom' ? '3' : undefined, [name]: value }
    expect(() => readOptions(context)).toThrow(DeploymentOptionError)
    expect(() => readOptions(context)).toThrow(`-c ${name}`)
  })

  test('one that does not exist, such as one that is spelled otherwise', () => {
    expect(() => readOptions({ labelStudioUrl, maxVCpus: '4' })).toThrow(/-c maxVCpus=….*no such option/)
  })

  test('what is wrong inside of one', () => {
    const options = { labelStudioUrl, defaults: '{"settings":{"samplesPerRun":"many"},"lif":{}}' }
    expect(() => readOptions(options)).toThrow(/-c defaults=… {2}settings\.samplesPerRun: /)
    expect(() => readOptions(options)).toThrow(/-c defaults=… {2}lif: there is no such option/)
  })

  test('a domain without its certificate', () => {
    expect(() => readOptions({ labelStudioUrl, domain: 'sixteen.example.org' })).toThrow(
      /-c certificateArn=….*a domain needs/,
    )
    expect(readOptions({ labelStudioUrl, domain: 'sixteen.example.org', certificateArn })).toMatchObject({
      certificateArn,
    })
  })

  test.for([
    [{ interactiveFrom: '7' }, 'both hours'],
    [{ interactiveUntil: '7' }, 'both hours'],
    [{ interactiveFrom: '7', interactiveUntil: '7' }, 'same hour'],
    [{ interactiveFrom: '0', interactiveUntil: '24' }, 'same hour'],
  ] as const)('hours that are no span: %o', ([hours, reason]) => {
    expect(() => readOptions({ labelStudioUrl, ...hours })).toThrow(reason)
  })

  test('all of them at once, and no value that may be secret', () => {
    const bad = { labelStudioUrl: 'https://me:hunter2@labels.example.org', spotShare: '2', budget: 'much' }
    expect(() => readOptions(bad)).toThrow(/labelStudioUrl[\s\S]*spotShare[\s\S]*budget/)
    expect(() => readOptions(bad)).not.toThrow(/hunter2/)
  })
})

describe('docs/deploy.md', () => {
  const described = [...(docs.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(
    ([, name, standard]) => ({ name, standard }),
  )

  test('describes every option, and no other', () => {
    expect(described.map(({ name }) => name).sort()).toEqual(Object.keys(DeploymentOptions.shape).sort())
  })

  test('says what they are when they are left out', () => {
    const defaults = new Map(Object.entries(readOptions({ labelStudioUrl })))
    for (const { name = '', standard } of described) {
      const value = name === 'labelStudioUrl' ? undefined : defaults.get(name)
      if (value !== undefined) expect(standard, name).toBe(`\`${Array.isArray(value) ? value.join(',') : value}\``)
    }
  })
})
