import { z } from 'zod'
import { faultsOf } from '../../../../schemas/faults.ts'
import { Platform } from '../../../../schemas/project.ts'
import { RunVersion } from '../../../../schemas/run.ts'
import { DeviceChoice } from '../../onnx/device.ts'
import { JobError } from '../context.ts'
import { type ContainerJob, containerJobs } from './containerJob.ts'

/** An empty variable counts as none: container definitions can leave a value open, and not a name. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())
const whole = z.coerce.number().int().min(0)

/** What a container is told by its environment. Credentials of AWS come as its SDK finds them. */
export const ContainerEnvironment = z.object({
  /** `s3://bucket`, or a folder. */
  SIXTEEN_STORE: z.string().min(1),
  SIXTEEN_DEVICE: DeviceChoice.default('cuda'),
  SIXTEEN_PLATFORM: Platform,
  SIXTEEN_PROJECT: z.string().min(1),
  SIXTEEN_VERSION: optional(RunVersion),
  /** Number of containers that share the shards; which of them this is, AWS Batch says. */
  SIXTEEN_SHARES: optional(whole.min(1)),
  AWS_BATCH_JOB_ARRAY_INDEX: optional(whole),
  LABEL_STUDIO_URL: optional(z.string()),
  LABEL_STUDIO_TOKEN: optional(z.string()),
})
export type ContainerEnvironment = z.infer<typeof ContainerEnvironment>

/**
 * @param parameters what follows the program on the command line: the job's name
 * @throws JobError names what is missing or cannot be meant; it never shows a value
 */
export function readContainer(
  parameters: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): { readonly job: ContainerJob; readonly environment: ContainerEnvironment } {
  const name = z.enum(containerJobs).safeParse(parameters[0])
  if (!name.success || parameters.length > 1) throw new JobError(`give one job: ${containerJobs.join(', ')}`)
  const parsed = ContainerEnvironment.safeParse(variables)
  if (!parsed.success) throw new JobError(`the environment does not fit: ${faultsOf(parsed.error).join('; ')}`)
  const environment = parsed.data
  const of = environment.SIXTEEN_SHARES ?? 1
  const index = environment.AWS_BATCH_JOB_ARRAY_INDEX ?? 0
  if (index >= of) throw new JobError(`AWS_BATCH_JOB_ARRAY_INDEX is ${index}, of SIXTEEN_SHARES ${of}`)
  const { SIXTEEN_PLATFORM: platform, SIXTEEN_PROJECT: project, SIXTEEN_VERSION: version } = environment
  return { job: { name: name.data, platform, project, version, share: { index, of } }, environment }
}
