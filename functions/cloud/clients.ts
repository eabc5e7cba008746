/**
 * Drivers on AWS. Clients are loaded when they are first needed: a function that only answers `/health` starts without
 * them. The SDK reads region, endpoint and credentials from the environment that Lambda gives.
 */
import type { Queue } from '../../integrations/queue/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import type { Workflow } from '../../integrations/workflow/index.ts'
import { openStore } from '../openStore.ts'
import { recordStops } from './recordedWorkflow.ts'
import { openSecrets, type Secrets } from './secrets.ts'

export function openCloudStore(bucket: string): Promise<Store> {
  return openStore(`s3://${bucket}`)
}

export async function openCloudQueue(queueUrl: string): Promise<Queue> {
  const [{ SQSClient }, { openSqsQueue }] = await Promise.all([
    import('@aws-sdk/client-sqs'),
    import('../../integrations/queue/sqs.ts'),
  ])
  return openSqsQueue({ client: new SQSClient({}), queueUrl })
}

export async function openCloudWorkflow(store: Store, stateMachineArn: string): Promise<Workflow> {
  const [{ SFNClient }, { openStepFunctionsWorkflow }] = await Promise.all([
    import('@aws-sdk/client-sfn'),
    import('../../integrations/workflow/stepFunctions.ts'),
  ])
  return recordStops(store, openStepFunctionsWorkflow({ client: new SFNClient({}), stateMachineArn }))
}

export function openCloudSecrets(now: () => number): Secrets {
  return openSecrets(async (name) => {
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
    const answer = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: name }))
    return answer.SecretString
  }, now)
}
