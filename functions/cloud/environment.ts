import { z } from 'zod'
import { faultsOf } from '../../schemas/faults.ts'
import { ProjectDefaults } from '../../schemas/projectDefaults.ts'

/** A function was deployed without something that it needs. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

const optional = z.preprocess((value) => (value === '' ? undefined : value), z.string().min(1).optional())

/** What the deployment tells each function. Secrets are named here, never held. */
export const CloudEnvironment = z.object({
  SIXTEEN_BUCKET: z.string().min(3),
  SIXTEEN_QUEUE_URL: z.url(),
  /** Of the state machine that does the work. */
  SIXTEEN_STATE_MACHINE: z.string().startsWith('arn:'),
  /** Names of secrets in Secrets Manager. */
  SIXTEEN_ACCESS_KEY_SECRET: optional,
  SIXTEEN_LABEL_STUDIO_TOKEN_SECRET: optional,
  LABEL_STUDIO_URL: optional,
  /** Containers that share the images of a run, at most. */
  SIXTEEN_LARGEST_ARRAY: z.coerce.number().int().min(1).max(10_000).default(1),
  /** Settings of projects that are new, as JSON. */
  SIXTEEN_DEFAULTS: z.preprocess(parseJson, ProjectDefaults.optional()),
})

/** @throws EnvironmentError names what is missing or cannot be meant; it never shows a value */
export function readEnvironment<Result>(
  schema: z.ZodType<Result>,
  variables: Readonly<Record<string, string | undefined>>,
): Result {
  const parsed = schema.safeParse(variables)
  if (parsed.success) return parsed.data
  throw new EnvironmentError(`the environment does not fit: ${faultsOf(parsed.error).join('; ')}`)
}

function parseJson(value: unknown): unknown {
  if (value === undefined || value === '') return undefined
  try {
    return JSON.parse(String(value))
  } catch {
    return 'not JSON'
  }
}
