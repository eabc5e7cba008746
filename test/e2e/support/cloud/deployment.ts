/** What the template asks for, made in moto; each part by the template's own properties, and connected as it connects them. */
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn'
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import type { Moto } from '../moto.ts'
import { openMotoBatch } from '../motoBatch.ts'
import { resolve } from './intrinsics.ts'
import type { Resource, Template } from './template.ts'

export interface Deployment {
  readonly bucket: string
  readonly queueUrl: string
  readonly stateMachineArn: string
  /** A value of the template, its references resolved. */
  resolve(value: unknown): unknown
  /** The environment that a Lambda function gets. */
  environmentOf(functionId: string): Readonly<Record<string, string>>
  /** Secrets that ECS puts into the environment of a job definition's containers, by variable: names of the secrets. */
  secretsOf(definition: string): Readonly<Record<string, string>>
}

/** Clients with the options of moto. */
export interface CloudClients {
  readonly s3: S3Client
  readonly sqs: SQSClient
  readonly states: SFNClient
  readonly secrets: SecretsManagerClient
  destroy(): void
}

export function openClients({ clientOptions }: Moto): CloudClients {
  const s3 = new S3Client({ ...clientOptions, forcePathStyle: true })
  const clients = {
    s3,
    sqs: new SQSClient(clientOptions),
    states: new SFNClient(clientOptions),
    secrets: new SecretsManagerClient(clientOptions),
  }
  return { ...clients, destroy: () => Object.values(clients).forEach((client) => void client.destroy()) }
}

/** @param secrets values of secrets, by the beginnings of their ids; what a person or AWS would put in */
export async function deploy(
  moto: Moto,
  clients: CloudClients,
  template: Template,
  secrets: Readonly<Record<string, string>>,
): Promise<Deployment> {
  const known = new Map([
    ['AWS::Region', 'us-east-1'],
    ['AWS::Partition', 'aws'],
    ['AWS::AccountId', account],
  ])
  const lookUp = (reference: string): string => {
    const value = known.get(reference)
    if (value === undefined) throw new Error(`nothing in moto stands for ${reference}`)
    return value
  }
  const value = (item: unknown): unknown => resolve(item, lookUp)

  const bucket = 'sixteen-data'
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const dataBucket = template.one('AWS::S3::Bucket', 'DataBucket').id
  known.set(dataBucket, bucket).set(`${dataBucket}.Arn`, `arn:aws:s3:::${bucket}`)

  for (const [beginning, text] of Object.entries(secrets)) {
    const { id } = template.one('AWS::SecretsManager::Secret', beginning)
    const { ARN = '' } = await clients.secrets.send(new CreateSecretCommand({ Name: id, SecretString: text }))
    known.set(id, ARN)
  }

  for (const beginning of ['EventsDead', 'EventsQueue']) {
    const queue = template.one('AWS::SQS::Queue', beginning)
    const { url, arn } = await createQueue(clients.sqs, queue, value)
    known.set(queue.id, url).set(`${queue.id}.Arn`, arn)
  }

  for (const { id } of template.all('AWS::Batch::JobQueue'))
    known.set(`${id}.JobQueueArn`, (await openMotoBatch(moto)).jobQueueArn)
  const { define } = await openMotoBatch(moto)
  for (const { id, properties } of template.all('AWS::Batch::JobDefinition')) {
    const { JobDefinitionName: name, ContainerProperties: container } = JobDefinition.parse(properties)
    const environment = Variables.parse(value(container.Environment))
    known.set(id, await define(name, { image: container.Image, command: [], environment }))
  }

  for (const { id } of template.all('AWS::Lambda::Function'))
    known.set(`${id}.Arn`, `arn:aws:lambda:us-east-1:${account}:function:${id}`).set(id, id)

  const machine = template.one('AWS::StepFunctions::StateMachine', 'Workflow')
  const { stateMachineArn = '' } = await clients.states.send(
    new CreateStateMachineCommand({
      name: machine.id,
      roleArn: `arn:aws:iam::${account}:role/any`,
      definition: String(value(machine.properties.DefinitionString)),
    }),
  )
  known.set(machine.id, stateMachineArn)

  return {
    bucket,
    queueUrl: lookUp(template.one('AWS::SQS::Queue', 'EventsQueue').id),
    stateMachineArn,
    resolve: value,
    environmentOf(functionId) {
      const { properties } = template.one('AWS::Lambda::Function', functionId)
      return z.record(z.string(), z.string()).parse(value(Environment.parse(properties).Environment.Variables))
    },
    secretsOf(definition) {
      const definitions = template.all('AWS::Batch::JobDefinition').map(({ properties }) => properties)
      const { ContainerProperties: found } = z
        .array(JobDefinition)
        .parse(definitions)
        .find(({ JobDefinitionName: name }) => name === definition) ?? { ContainerProperties: undefined }
      return Object.fromEntries((found?.Secrets ?? []).map(({ Name, ValueFrom }) => [Name, String(value(ValueFrom))]))
    },
  }
}

/** What became of an execution. */
export function describeExecution({ states }: CloudClients, stateMachineArn: string, name: string) {
  const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`
  return states.send(new DescribeExecutionCommand({ executionArn }))
}

/** That of everybody in moto. */
const account = '123456789012'

const JobDefinition = z.object({
  JobDefinitionName: z.string(),
  ContainerProperties: z.object({
    Image: z.string(),
    Environment: z.unknown(),
    Secrets: z.array(z.object({ Name: z.string(), ValueFrom: z.unknown() })).default([]),
  }),
})
const Variables = z.array(
  z.object({ Name: z.string(), Value: z.string() }).transform(({ Name: name, Value: value }) => ({ name, value })),
)
const Environment = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })

async function createQueue(
  client: SQSClient,
  { id, properties }: Resource,
  value: (item: unknown) => unknown,
): Promise<{ readonly url: string; readonly arn: string }> {
  const Attributes = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const resolved = value(property)
      return [name, typeof resolved === 'object' ? JSON.stringify(resolved) : String(resolved)]
    }),
  )
  const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName: `${id}.fifo`, Attributes }))
  const about = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }))
  return { url, arn: about.Attributes?.QueueArn ?? '' }
}
