import { InferenceClient, InferenceClientInputError } from '@huggingface/inference'
import { z } from 'zod'
import { boundedFetch, RefusedRequest } from './boundedFetch.ts'
import { DraftError, type DraftReason } from './errors.ts'
import { type Access, segmentationProvider } from './settings.ts'

export interface Question {
  readonly access: Access
  readonly model: string
  /** PNG */
  readonly image: Uint8Array
  readonly fetch: typeof globalThis.fetch
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  /** How long all pauses may last together. */
  readonly patienceMilliseconds: number
}

const maximumSegments = 1000

/** The answer's segments: label, and mask as PNG in base64. Scores are not used. */
const Segments = z.array(z.object({ label: z.string(), mask: z.string() })).max(maximumSegments)
export type Segment = z.infer<typeof Segments>[number]

const maximumTries = 6
/** Characters of what the service says that an error repeats. */
const longestDetail = 200
/** Overloaded, or a fault on the way to a model that may be well: worth another try. */
const passing = new Set([429, 502, 503, 504])

/**
 * The image's segments. A model that is being loaded, or has too much to do, is asked again after the time that it names,
 * or after 1, 2, 4, … seconds.
 *
 * The client sends the image as `{"inputs": "<base64>"}`, to the endpoint or, by way of the router, to the provider that
 * the hub names for the model. Its own repetition has no pause and no end, so it is switched off.
 *
 * @see https://huggingface.co/docs/inference-providers/tasks/image-segmentation
 * @throws DraftError; the signal's reason
 */
export async function askForSegments(question: Question): Promise<Segment[]> {
  const { patienceMilliseconds, signal, wait } = question
  let waited = 0
  for (let tries = 1; ; tries += 1) {
    try {
      return await askOnce(question)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof RefusedRequest)) throw asDraftError(error, question)
      const pause = 1000 * Math.max(2 ** (tries - 1), error.seconds ?? 0)
      waited += pause
      const isWorthIt = passing.has(error.status) && tries < maximumTries && waited < patienceMilliseconds
      if (!isWorthIt) throw refusal(error, question)
      await wait(pause, signal)
    }
  }
}

async function askOnce({ access, model, image, fetch, signal }: Question): Promise<Segment[]> {
  const { endpoint, token } = access
  const client = new InferenceClient(token, { fetch: boundedFetch(fetch, signal), signal, retry_on_error: false })
  const inputs = new Blob([Uint8Array.from(image)], { type: 'image/png' })
  const place =
    endpoint === undefined ? ({ model, provider: segmentationProvider } as const) : { endpointUrl: endpoint }
  return Segments.parse(await client.imageSegmentation({ ...place, inputs }))
}

function asDraftError(error: unknown, { model }: Question): DraftError {
  if (error instanceof DraftError) return error
  if (error instanceof InferenceClientInputError) {
    return new DraftError(
      'model',
      `${model} is not served for image segmentation by ${segmentationProvider}. Choose a model that is, or give the ` +
        'address of an endpoint that runs it.',
    )
  }
  return new DraftError(
    'answer',
    `The answer is not a list of at most ${maximumSegments} segments with label and mask. Is ${model} a model for ` +
      'image segmentation?',
  )
}

function refusal({ status, detail, seconds }: RefusedRequest, { access, model }: Question): DraftError {
  // The token goes first: cut in the middle, it would no longer be found.
  const said = (access.token === undefined ? detail : detail.replaceAll(access.token, '…'))
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, longestDetail)
  const answer = `The service answered ${status}${said === '' ? '' : ` (${said})`}.`
  const draftError = (reason: DraftReason, advice: string) => new DraftError(reason, `${answer} ${advice}`)
  if (status === 401 || status === 403) return draftError('token', tokenAdvice(access))
  if (status === 404 || status === 410)
    return draftError('model', `Is ${model} the right name, and is it served there?`)
  if (status === 402) return draftError('refused', 'The account has no credit left, or the model is not free.')
  if (status === 503 && seconds !== undefined) {
    return draftError('loading', `${model} is being loaded: about ${Math.ceil(seconds)} seconds are left.`)
  }
  if (passing.has(status)) return draftError('busy', 'It did so again and again; try it later.')
  return draftError('refused', `Does ${model} do image segmentation?`)
}

function tokenAdvice({ endpoint, token, tokenKept }: Access): string {
  if (tokenKept)
    return 'The token is sent to https endpoints of Hugging Face and to this machine only: others have to do without.'
  if (token === undefined) return 'There is no token; the service wants one.'
  return endpoint === undefined
    ? 'The token is wrong, or lacks the permission to call inference providers, or the model is private to others.'
    : 'The token is wrong, or not allowed to use this endpoint.'
}
