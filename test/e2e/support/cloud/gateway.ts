/**
 * An HTTP API of API Gateway on the loopback interface: requests become events of payload format 2.0, and answers what they
 * say.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { type Loopback, listenOnLoopback } from '../../../support/loopback.ts'
import { largestPayload } from './lambdaProcess.ts'

const Answer = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
})

export async function startGateway(invoke: (event: unknown) => Promise<unknown>): Promise<Loopback> {
  const server = createServer((request, response) => {
    void buffer(request)
      .then((body) => pass(invoke, request, body, response))
      .catch(() => {
        // As API Gateway says it of a function that fails, or answers too much.
        response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"Internal Server Error"}')
      })
  })
  return await listenOnLoopback(server)
}

async function pass(
  invoke: (event: unknown) => Promise<unknown>,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const answered = await invoke(eventOf(request, body))
  if (Buffer.byteLength(JSON.stringify(answered)) > largestPayload) throw new RangeError('the answer is too large')
  const { statusCode, headers, cookies, body: text, isBase64Encoded } = Answer.parse(answered)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  response.writeHead(statusCode).end(Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8'))
}

/** What the gateway hands on as text; all else is base64. */
const texts = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded))/

function eventOf({ method = 'GET', url = '/', headers, socket }: IncomingMessage, body: Buffer): object {
  const { pathname, search, searchParams } = new URL(url, 'http://gateway')
  const isText = texts.test(headers['content-type'] ?? '')
  const { cookie, ...others } = headers
  const now = new Date()
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers: {
      ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, [value].flat().join(',')])),
      'x-forwarded-for': socket.remoteAddress,
      'x-forwarded-proto': 'http',
    },
    ...(search === '' ? {} : { queryStringParameters: Object.fromEntries(searchParams) }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'gateway',
      domainName: headers.host,
      domainPrefix: 'gateway',
      http: {
        method,
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: socket.remoteAddress,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}
