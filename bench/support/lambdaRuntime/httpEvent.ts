/**
 * A request as an HTTP API hands it to a function.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html payload format 2.0
 */
export function httpEvent(method: string, path: string, body?: string): unknown {
  const host = 'abcdefghij.execute-api.eu-central-1.amazonaws.com'
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdefghij',
      domainName: host,
      domainPrefix: 'abcdefghij',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'bench' },
      requestId: 'bench',
      routeKey: '$default',
      stage: '$default',
      time: '25/Nov/2026:12:00:00 +0000',
      timeEpoch: 1795608000000,
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  }
}
