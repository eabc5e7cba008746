import { expect } from 'vitest'
import {
  DraftError,
  type DrafterOptions,
  type DraftForm,
  type DraftReason,
  openDrafter,
} from '../../../integrations/huggingface/index.ts'
import { type Answer, json, startEndpoint } from './endpoint.ts'
import { greyPng, segment } from './masks.ts'

export const token = 'hf_SecretThatNobodyMaySee'
export const form: DraftForm = { parts: ['background', 'face'], width: 2, height: 2 }
export const labels = { Face: 'face' }
export const image = greyPng(['##', '..'])
export const face = json([segment('Face', ['##', '..'])])

/** A drafter whose pauses take no time, and are noted. */
export const drafterAt = (url: string, options: Partial<DrafterOptions> = {}) => {
  const pauses: number[] = []
  const drafter = openDrafter({
    settings: { model: 'some/model', endpoint: url, labels },
    token,
    wait: async (milliseconds) => void pauses.push(milliseconds),
    ...options,
  })
  return { drafter, pauses }
}

/** The error of a draft; its text and whatever hangs on it must not hold the token. */
export const failure = async (attempt: () => Promise<unknown>): Promise<{ reason: DraftReason; message: string }> => {
  const error = await attempt().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof DraftError)) throw new Error('no DraftError', { cause: error })
  expect(error.cause).toBeUndefined()
  expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain('Secret')
  return error
}

export const failureOf = async (...answers: Answer[]): Promise<{ reason: DraftReason; message: string }> => {
  const { url } = await startEndpoint(...answers)
  return await failure(() => drafterAt(url).drafter.draft(image, form))
}
