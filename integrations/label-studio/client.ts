import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosInstance, type AxiosRequestConfig, isAxiosError } from 'axios'
import axiosRetry from 'axios-retry'
import type { z } from 'zod'
import { AccessToken } from '../../schemas/labelStudio/api.ts'
import { PlatformError } from '../platform/index.ts'
import { createAuthorization, type TokenKind } from './authorization.ts'
import { UnansweredError } from './errors.ts'
import { explainFailure } from './failures.ts'
import { redact } from './redaction.ts'
import { isWorthRetrying, retryDelay } from './retries.ts'

/** One request to the API. */
export interface Call<Answer> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path below the server's address, such as `/api/version`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  /** A value to be sent as JSON, or files. */
  readonly body?: unknown
  /** What the answer has to look like. An empty answer is undefined. */
  readonly answer: z.ZodType<Answer>
  /** What is tried, for messages: `reading project 3`. */
  readonly what: string
  /** Milliseconds without an answer after which it is given up. */
  readonly timeout?: number
}

/** A Label Studio server, as one user sees it. */
export interface LabelStudioClient {
  /** Address of the server, where its pages are found: without a slash at its end. */
  readonly address: string
  readonly tokenKind: TokenKind
  /**
   * @throws RefusedError for an answer that says no, UnansweredError where no answer says what happened, PlatformError
   *   for everything else. No message holds a token.
   */
  call<Answer>(call: Call<Answer>): Promise<Answer>
  /**
   * Value of the Authorization header, for files that are no answers of the API. A secret, for this server alone.
   * @throws PlatformError where a personal token cannot be exchanged
   */
  authorization(): Promise<string>
}

export interface LabelStudioOptions {
  /** Address of the server; it may have a path, as behind a proxy: `https://tools.example.org/label-studio`. */
  readonly address: string
  /** A personal access token or a legacy token of a user who manages the projects. */
  readonly token: string
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number
  /** Uniform in [0, 1), for the jitter of retries. @default Math.random */
  readonly random?: () => number
  /** How often a read is tried again. @default 4 */
  readonly retries?: number
  /** Milliseconds before the first retry. @default 500 */
  readonly firstDelay?: number
  /** Milliseconds without an answer after which a request is given up, unless it says otherwise. @default 60000 */
  readonly timeout?: number
  /** Most bytes of one request or answer. @default 256 MiB, above which Label Studio fails */
  readonly maximumBytes?: number
}

/**
 * Opens a Label Studio server. Nothing is sent yet.
 * @throws PlatformError for an address or token that cannot be one
 */
export function openLabelStudioClient(options: LabelStudioOptions): LabelStudioClient {
  const { token, now = Date.now } = options
  const address = checkAddress(options.address)
  const http = openHttp(address, options)
  const authorization = createAuthorization({
    token,
    now,
    exchange: async (refresh) => {
      const what = 'exchanging the personal access token'
      const call = {
        method: 'POST',
        path: '/api/token/refresh/',
        body: { refresh },
        answer: AccessToken,
        what,
      } as const
      const answered = await send(http, call, undefined).catch((error: unknown) => {
        throw explained(error, address, what, [refresh])
      })
      return readAnswer(answered, call, address).access
    },
  })

  return {
    address,
    tokenKind: authorization.kind,
    authorization: authorization.header,
    async call(call) {
      const header = await authorization.header()
      const answered = await send(http, call, header).catch(async (error: unknown) => {
        const refused = isAxiosError(error) && error.response?.status === 401
        const renewed = refused ? await authorization.renewed(header) : undefined
        if (renewed === undefined) throw explained(error, address, call.what, [token, bare(header)])
        return await send(http, call, renewed).catch((second: unknown) => {
          throw explained(second, address, call.what, [token, bare(renewed)])
        })
      })
      return readAnswer(answered, call, address)
    },
  }
}

function checkAddress(given: string): string {
  const example = 'such as https://label-studio.example.org or http://localhost:8080'
  if (!URL.canParse(given))
    throw new PlatformError(`${redact(given)} is no address. Give that of Label Studio, ${example}.`)
  const url = new URL(given)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new PlatformError(`${redact(given)} is no web address. Give that of Label Studio, ${example}.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new PlatformError(
      'The address of Label Studio holds a user or a password: leave them out, the token is enough.',
    )
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function openHttp(address: string, options: LabelStudioOptions): AxiosInstance {
  const { now = Date.now, random = Math.random, retries = 4, firstDelay = 500, timeout = 60_000 } = options
  const { maximumBytes = 256 * 2 ** 20 } = options
  const http = axios.create({
    baseURL: address,
    allowAbsoluteUrls: false,
    timeout,
    // Redirects are answered with an error that names their target, so that no token is ever sent to another host.
    maxRedirects: 0,
    maxContentLength: maximumBytes,
    maxBodyLength: maximumBytes,
    // Read below, so that a web page in place of an answer can be told from one.
    responseType: 'text',
    transformResponse: [(data: unknown) => data],
    headers: { Accept: 'application/json' },
  })
  axiosRetry(http, {
    retries,
    shouldResetTimeout: true,
    retryCondition: ({ config, response, code }) =>
      isWorthRetrying({ method: config?.method ?? '', status: response?.status, code }),
    retryDelay: (attempt, { response }) =>
      retryDelay(attempt, response?.headers['retry-after'], { firstDelay, random, now }),
  })
  return http
}

interface Answered {
  readonly data: unknown
  readonly status: number
}

function send(http: AxiosInstance, call: Call<unknown>, authorization: string | undefined): Promise<Answered> {
  const { method, path, query = {}, body, timeout } = call
  const config: AxiosRequestConfig = { method, url: path, params: query }
  if (timeout !== undefined) config.timeout = timeout
  if (body instanceof FormData) config.data = body
  else if (body !== undefined) {
    config.data = JSON.stringify(body)
    config.headers = { 'Content-Type': 'application/json' }
  }
  if (authorization !== undefined) config.headers = { ...config.headers, Authorization: authorization }
  // A connection kept open may be closed by the server at any moment: a write must not get into doubt for that.
  if (method !== 'GET') Object.assign(config, { httpAgent: new HttpAgent(), httpsAgent: new HttpsAgent() })
  return http.request<unknown>(config)
}

/** The token in an Authorization header. */
function bare(header: string): string {
  return header.slice(header.indexOf(' ') + 1)
}

function explained(error: unknown, address: string, what: string, secrets: readonly string[]): PlatformError {
  if (error instanceof PlatformError) return error
  if (isAxiosError(error)) return explainFailure(error, { address, what, secrets })
  const reason = error instanceof Error ? redact(error.message, secrets) : 'unknown reason'
  return new UnansweredError(`Label Studio at ${address}, ${what}: ${reason}.`, true)
}

function readAnswer<Answer>({ data, status }: Answered, { answer, what }: Call<Answer>, address: string): Answer {
  const at = `Label Studio at ${address}, ${what}`
  const parsed = answer.safeParse(jsonOf(data, at))
  if (parsed.success) return parsed.data
  const problem = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
  throw new PlatformError(
    `${at}: an unexpected answer (${status}): ${problem.join('; ')}. Servers 1.22 to 1.24 are known to work.`,
  )
}

function jsonOf(data: unknown, at: string): unknown {
  if (typeof data !== 'string' || data === '') return undefined
  try {
    return JSON.parse(data)
  } catch {
    throw new PlatformError(
      `${at}: a web page or something else that is no JSON. Give the address at which Label Studio's own pages begin.`,
    )
  }
}
