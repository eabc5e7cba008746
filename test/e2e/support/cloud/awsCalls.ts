/** What programs of ours ask of AWS: listens between them and moto, and says which action of which resource each call is. */
import { type RelayedCall, startRelay } from '../relay.ts'

export interface AwsAction {
  /** Which program asked. */
  readonly by: string
  /** As policies name it: `s3:GetObject`. */
  readonly action: string
  /** ARN of a bucket or an object; undefined where the call does not say. */
  readonly resource: string | undefined
}

export interface AwsCalls {
  /** Each once. */
  actions(): readonly AwsAction[]
  /** A place to call AWS at, for a program. @param onCall hears of each call before it is passed on */
  open(by: string, onCall?: (call: RelayedCall) => void): Promise<{ readonly endpoint: string; close(): Promise<void> }>
}

export function listenToAws(endpoint: string): AwsCalls {
  const found = new Map<string, AwsAction>()
  return {
    actions: () => [...found.values()],
    async open(by, onCall) {
      const relay = await startRelay(endpoint)
      relay.inflict((call) => {
        const action = { by, ...actionOf(call) }
        found.set(JSON.stringify(action), action)
        onCall?.(call)
        return undefined
      })
      return relay
    },
  }
}

function actionOf({ method, path, headers }: RelayedCall): Omit<AwsAction, 'by'> {
  const target = headers['x-amz-target']
  if (typeof target === 'string') return { action: actionOfTarget(target), resource: undefined }
  const { pathname, searchParams } = new URL(path, 'http://aws')
  const [, bucket = '', ...steps] = pathname.split('/').map(decodeURIComponent)
  if (searchParams.has('list-type')) return { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` }
  return { action: objectActions[method] ?? `s3:${method}`, resource: `arn:aws:s3:::${[bucket, ...steps].join('/')}` }
}

const objectActions: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
}

/** `AmazonSQS.SendMessageBatch`: a batch is allowed by what allows one. */
function actionOfTarget(target: string): string {
  const [service = '', action = ''] = target.split('.')
  const prefix = { AmazonSQS: 'sqs', AWSStepFunctions: 'states' }[service] ?? service
  return `${prefix}:${action.replace(/Batch$/, '')}`
}
