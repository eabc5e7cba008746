/** Batch in moto. The product never calls it (state machines do), so there is no client of it here. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Moto } from './moto.ts'

/** What job queues and definitions hold; named as in the API. */
export interface ContainerProperties {
  readonly image: string
  readonly command: readonly string[]
  readonly environment?: readonly { readonly name: string; readonly value: string }[]
}

export interface MotoBatch {
  readonly jobQueueArn: string
  /** @returns the definition's ARN */
  define(name: string, containerProperties: ContainerProperties): Promise<string>
}

/** Makes a job queue. */
export async function openMotoBatch(moto: Moto): Promise<MotoBatch> {
  const call = async (path: string, body: object): Promise<unknown> =>
    JSON.parse(await post(moto, 'batch', `/v1/${path}`, JSON.stringify(body)))
  const name = `batch-${randomUUID()}`
  const form = { Action: 'CreateRole', Version: '2010-05-08', RoleName: name, AssumeRolePolicyDocument: '{}' }
  await post(moto, 'iam', '/', new URLSearchParams(form))
  const role = `arn:aws:iam::123456789012:role/${name}`
  const { computeEnvironmentArn } = z
    .object({ computeEnvironmentArn: z.string() })
    .parse(
      await call('createcomputeenvironment', { computeEnvironmentName: name, type: 'UNMANAGED', serviceRole: role }),
    )
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: computeEnvironmentArn }]
  const { jobQueueArn } = z
    .object({ jobQueueArn: z.string() })
    .parse(await call('createjobqueue', { jobQueueName: name, state: 'ENABLED', priority: 1, computeEnvironmentOrder }))
  const Defined = z.object({ jobDefinitionArn: z.string() })
  return {
    jobQueueArn,
    async define(jobDefinitionName, properties) {
      const containerProperties = { vcpus: 1, memory: 128, ...properties }
      const body = { jobDefinitionName, type: 'container', containerProperties }
      return Defined.parse(await call('registerjobdefinition', body)).jobDefinitionArn
    },
  }
}

async function post(moto: Moto, service: string, path: string, body: string | URLSearchParams): Promise<string> {
  // moto finds the service in the scope of the credential; the signature is not looked at.
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, Signature=none`
  const answer = await fetch(moto.endpoint + path, { method: 'POST', headers: { authorization }, body })
  const text = await answer.text()
  if (answer.ok) return text
  throw new Error(`moto refuses ${service} ${path}: ${text}`)
}
