import { Match, type Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { containerJobs } from '../../../functions/gpu/jobs/running/containerJob.ts'
import { definitionOf, type State } from '../support/definition.ts'

const names = {
  Seeds: 'seeds',
  Train: 'train',
  GenerateAlone: 'generate',
  GenerateTogether: 'generate',
  Curate: 'curate',
  Publish: 'publish',
  Evaluate: 'evaluate',
  Predict: 'predict',
} as const

export function assertWorkflow(standard: () => Template): void {
  const states = () => definitionOf(standard()).States
  const tasks = () => Object.entries(states()).filter(([, { Type }]) => Type === 'Task')
  const state = (name: string): State => {
    const found = states()[name]
    if (found === undefined) throw new Error(`there is no state ${name}`)
    return found
  }

  test('it is a standard workflow, which says what it does', () => {
    standard().hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: Match.objectLike({ Level: 'ALL', IncludeExecutionData: true }),
    })
  })

  test('a run is trained, generated, curated, published and evaluated', () => {
    expect(definitionOf(standard()).StartAt).toBe('Plan')
    const chain = ['Plan', 'WhatWork']
    for (let name: string | undefined = 'Train'; name !== undefined; ) {
      chain.push(name)
      name = state(name).Next ?? (name === 'HowManyShares' ? 'GenerateTogether' : undefined)
    }
    expect(chain).toEqual([
      'Plan',
      'WhatWork',
      'Train',
      'HowManyShares',
      'GenerateTogether',
      'Curate',
      'Publish',
      'Evaluate',
      'NoteEnd',
      'Done',
    ])
    expect(state('Plan').Next).toBe('WhatWork')
    expect(state('GenerateAlone').Next).toBe('Curate')
    expect(state('Seeds').Next).toBe('NoteEnd')
    expect(state('Predict').Next).toBe('NoteEnd')
  })

  test('the kind of work decides, and one share is no array: arrays have two children at least', () => {
    expect(state('WhatWork')).toMatchObject({
      Choices: [
        { Variable: '$.work.kind', StringEquals: 'seeds', Next: 'Seeds' },
        { Variable: '$.work.kind', StringEquals: 'predictions', Next: 'Predict' },
        { Variable: '$.work.kind', StringEquals: 'run', Next: 'Train' },
      ],
      Default: 'UnknownWork',
    })
    expect(state('HowManyShares')).toMatchObject({
      Choices: [{ Variable: '$.plan.shares', NumericEquals: 1, Next: 'GenerateAlone' }],
      Default: 'GenerateTogether',
    })
  })

  test('whatever fails is noted down, and the execution fails with it', () => {
    const unguarded = tasks().filter(([, { Catch }]) => Catch === undefined)
    // Noting down has nobody to turn to; it is tried again instead.
    expect(unguarded.map(([name]) => name)).toEqual(['NoteFailure'])
    for (const [name, { Catch }] of tasks().filter(([name]) => name !== 'NoteFailure'))
      expect(Catch, name).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'NoteFailure' }])
    expect(state('NoteFailure')).toMatchObject({
      Next: 'Failed',
      Parameters: { Payload: { step: 'failed', 'work.$': '$.work', 'error.$': '$.error' } },
    })
    expect(state('Failed').Type).toBe('Fail')
  })

  test('steps are tried again where Lambda itself fails', () => {
    for (const name of ['Plan', 'NoteEnd', 'NoteFailure'])
      expect(state(name).Retry, name).toMatchObject([
        {
          ErrorEquals: [
            'Lambda.ServiceException',
            'Lambda.AWSLambdaException',
            'Lambda.SdkClientException',
            'Lambda.TooManyRequestsException',
          ],
          MaxAttempts: 6,
        },
      ])
  })

  test('jobs are those that the container knows, each on the machine that it needs', () => {
    const jobs = tasks().filter(([, { Resource }]) => Resource === 'arn:aws:states:::batch:submitJob.sync')
    expect(
      Object.fromEntries(
        jobs.map(([name, { Parameters }]) => {
          const { Command } = Object(Parameters?.ContainerOverrides)
          return [name, [...Command, Parameters?.JobQueue, Parameters?.JobDefinition]]
        }),
      ),
    ).toEqual(
      Object.fromEntries(
        Object.entries(names).map(([name, job]) => {
          const place = ['curate', 'publish', 'predict'].includes(job) ? 'Cpu' : 'Gpu'
          return [name, [job, `<Fleet${place}Queue.JobQueueArn>`, `<Fleet${place}Job>`]]
        }),
      ),
    )
    expect([...new Set(Object.values(names))].sort()).toEqual([...containerJobs].sort())
  })

  test('jobs are told project and version as they stand in the work', () => {
    const project = [
      { Name: 'SIXTEEN_PLATFORM', 'Value.$': '$.work.platform' },
      { Name: 'SIXTEEN_PROJECT', 'Value.$': '$.work.project' },
    ]
    const version = { Name: 'SIXTEEN_VERSION', 'Value.$': '$.work.version' }
    const shares = { Name: 'SIXTEEN_SHARES', 'Value.$': "States.Format('{}', $.plan.shares)" }
    const told = (name: string): unknown => Object(state(name).Parameters?.ContainerOverrides).Environment
    for (const name of ['Seeds', 'Predict']) expect(told(name), name).toEqual(project)
    for (const name of ['Train', 'Curate', 'Publish', 'Evaluate'])
      expect(told(name), name).toEqual([...project, version])
    for (const name of ['GenerateAlone', 'GenerateTogether'])
      expect(told(name), name).toEqual([...project, version, shares])
  })

  test('as many containers generate as the plan says', () => {
    expect(state('GenerateTogether').Parameters?.ArrayProperties).toEqual({ 'Size.$': '$.plan.shares' })
    expect(state('GenerateAlone').Parameters?.ArrayProperties).toBeUndefined()
    expect(state('Plan')).toMatchObject({ ResultSelector: { 'shares.$': '$.Payload.shares' }, ResultPath: '$.plan' })
  })

  test('the work goes through unchanged: what jobs answer is left aside', () => {
    for (const name of [...Object.keys(names), 'NoteEnd', 'NoteFailure'])
      expect(state(name).ResultPath, name).toBeNull()
  })

  test('the whole ends later than its jobs can, whose end is noted down', () => {
    // Train, generate and evaluate, five times 12 hours each; curate and publish, twice 6 hours each.
    const longest = 3 * 5 * 12 + 2 * 2 * 6
    expect(definitionOf(standard()).TimeoutSeconds).toBeGreaterThan(longest * 3600)
  })
}
