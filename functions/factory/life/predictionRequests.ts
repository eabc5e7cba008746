/** When tasks that wait for a prediction are tried, and for how long. */
import type { PredictionRequest } from '../../../schemas/predictionRequest.ts'

/** Attempts at an image that cannot be had: the last is made about an hour after the first. */
export const mostFailures = 7

/** Whether an attempt may be made. */
export function isDue({ notBefore }: PredictionRequest, now: Date): boolean {
  return notBefore === undefined || Date.parse(notBefore) <= now.getTime()
}

/** The request after another attempt that failed for a reason that may pass: the next one waits twice as long. */
export function postpone(request: PredictionRequest, now: Date): PredictionRequest {
  const failures = request.failures + 1
  const minutes = 2 ** (failures - 1)
  return { ...request, failures, notBefore: new Date(now.getTime() + 60_000 * minutes).toISOString() }
}
