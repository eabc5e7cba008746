/**
 * Names of executions: `<platform>-<project>-<version>-<attempt>`, or `…-seeds-<attempt>`, `…-predictions-<attempt>`. A name says what is done, so the
 * same work cannot be done twice at once; and it stays taken for 90 days after its end, so each attempt has its own.
 */
import { sha256Of } from '../../schemas/sha256.ts'
import { type Work, WorkflowError } from './index.ts'

/** @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html (name) */
const longestName = 80
const longestAttempt = 9_999_999
/** What is left of a name when the attempt stands behind it. */
const longestBase = longestName - String(longestAttempt).length - 1

/** What all names of a piece of work begin with, up to the number of the attempt. */
export function executionBase(work: Work): string {
  const project = `${work.platform}-${work.project}`
  const rest = `-${work.kind === 'run' ? work.version : work.kind}-`
  // CloudWatch's logs take letters, digits, - and _ alone.
  const isPlain = /^[A-Za-z0-9_-]+$/.test(project)
  if (isPlain && project.length + rest.length <= longestBase) return project + rest
  const digest = sha256Of(project).slice(0, 12)
  const shortened = project.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, longestBase - rest.length - digest.length - 1)
  return `${shortened}-${digest}${rest}`
}

/**
 * @param attempt counted from 1
 * @throws WorkflowError for an attempt that has no name
 */
export function executionName(work: Work, attempt: number): string {
  if (Number.isInteger(attempt) && attempt >= 1 && attempt <= longestAttempt) return `${executionBase(work)}${attempt}`
  throw new WorkflowError(`attempt ${attempt} has no name: attempts count from 1 to ${longestAttempt}`)
}

/** The attempt that a name speaks of; undefined where it is the name of other work. */
export function attemptIn(work: Work, name: string): number | undefined {
  const base = executionBase(work)
  const attempt = name.startsWith(base) ? name.slice(base.length) : ''
  return /^[1-9]\d{0,6}$/.test(attempt) ? Number(attempt) : undefined
}
