/** As much of Secrets Manager and SQS as a webhook needs, on this machine, answering at once. */
import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { type Loopback, listenOnLoopback } from '../../../test/support/loopback.ts'

/** Its address is for AWS_ENDPOINT_URL. */
export interface CloudServices extends Loopback {
  /** Bodies of the messages that were sent. */
  readonly sent: readonly string[]
}

const Batch = z.object({ Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })) })

/** @param secret what every secret is */
export async function openCloudServices(secret: string): Promise<CloudServices> {
  const sent: string[] = []
  const answer = (target: string, body: unknown): unknown => {
    if (target.endsWith('.GetSecretValue')) return { Name: 'secret', SecretString: secret }
    if (!target.endsWith('.SendMessageBatch')) throw new TypeError(`nothing here answers ${target}`)
    const { Entries } = Batch.parse(body)
    sent.push(...Entries.map(({ MessageBody }) => MessageBody))
    const md5 = (value: string): string => createHash('md5').update(value).digest('hex')
    return {
      Successful: Entries.map(({ Id, MessageBody }) => ({
        Id,
        MessageId: randomUUID(),
        MD5OfMessageBody: md5(MessageBody),
      })),
      Failed: [],
    }
  }
  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target'])
    try {
      const result = JSON.stringify(answer(target, JSON.parse(await text(request))))
      response.writeHead(200, { 'Content-Type': request.headers['content-type'] ?? 'application/x-amz-json-1.0' })
      response.end(result)
    } catch (error) {
      response.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.0' })
      response.end(JSON.stringify({ __type: 'InvalidRequestException', message: String(error) }))
    }
  })
  return { ...(await listenOnLoopback(server)), sent }
}
