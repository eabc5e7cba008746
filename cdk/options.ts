import { z } from 'zod'
import { ProjectDefaults } from '../schemas/projectDefaults.ts'
import { cidr, hour, instanceType, list, share, text, whole, yesOrNo } from './optionKinds.ts'

/** An option of the deployment cannot be meant. Says which, and how it is given. */
export class DeploymentOptionError extends Error {
  override readonly name = 'DeploymentOptionError'
}

/** Of the smallest GPU instances, and what one job takes. */
export const vcpusOfMachine = 4

/** What `npx cdk deploy -c name=value` takes. */
export const DeploymentOptions = z
  .strictObject({
    /** Address of the Label Studio server, as both AWS and its users reach it. */
    labelStudioUrl: z
      .url({
        protocol: /^https?$/,
        error: 'the address of the Label Studio server, such as https://labels.example.org',
      })
      .refine((url) => !/^https?:\/\/[^/]*@/.test(url), 'a template is no place for passwords: leave them out'),
    /** Name of the stack; a second one is a second, separate deployment. */
    stackName: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/, 'letters, digits and hyphens, a letter first')
      .default('Sixteen'),
    /** Default: the region of the credentials. */
    region: z
      .string()
      .regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'a region, such as eu-central-1')
      .optional(),
    /** Default: the account of the credentials. */
    account: z.coerce
      .string()
      .regex(/^\d{12}$/, 'the twelve digits of an account')
      .optional(),
    /** A published image for the containers; without it the image is built from the Dockerfile, which needs Docker. */
    image: text.optional(),
    /** GPU instance types, the wanted one first. */
    instanceTypes: list(instanceType).default(['g5.xlarge', 'g4dn.xlarge']),
    /** vCPUs of all GPU instances together: 4 for each `.xlarge`. */
    maxVcpus: whole(vcpusOfMachine, 10_000, vcpusOfMachine).default(16),
    /** Share of them that are spot instances, which are tried first: 0 for none, 1 for only those. */
    spotShare: share.default(0.75),
    /** Containers that share the images of one run. */
    largestArray: whole(1, 10_000).default(4),
    /** US dollars a month, above which an alarm tells. */
    budget: whole(1, 1_000_000).default(50),
    /** Where alarms are sent. Without it they are shown in CloudWatch alone. */
    alarmEmail: z.email().optional(),
    /** Own domain of the web app, with the ARN of its certificate in this region. */
    domain: z
      .string()
      .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'a domain name, such as sixteen.example.org')
      .optional(),
    certificateArn: z
      .string()
      .regex(/^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of a certificate in ACM')
      .optional(),
    /** Minutes between two looks for annotations that no webhook told of. */
    reconcileMinutes: whole(1, 1440).default(15),
    /** What differs from the defaults in projects that are new, as JSON: `{"generator":"faces"}`. */
    defaults: z.preprocess(parseJson, ProjectDefaults.optional()),
    /** Whether `cdk destroy` also removes the data. */
    destroyData: yesOrNo.default(false),
    /** Whether one GPU server runs, too, for predictions without a cold start. */
    interactive: yesOrNo.default(false),
    /** Hours of the day in UTC between which it runs. Without both it runs always. */
    interactiveFrom: hour.optional(),
    interactiveUntil: hour.optional(),
    /** Addresses that may reach it. */
    interactiveCidr: cidr.default('10.0.0.0/8'),
  })
  .refine(({ domain, certificateArn }) => domain === undefined || certificateArn !== undefined, {
    path: ['certificateArn'],
    error: 'a domain needs the ARN of its certificate',
  })
  .refine(
    ({ interactiveFrom, interactiveUntil }) => (interactiveFrom === undefined) === (interactiveUntil === undefined),
    { path: ['interactiveUntil'], error: 'give both hours, or none' },
  )
  .refine(
    ({ interactiveFrom, interactiveUntil }) =>
      interactiveFrom === undefined ||
      interactiveUntil === undefined ||
      (interactiveFrom - interactiveUntil) % 24 !== 0,
    {
      path: ['interactiveUntil'],
      error: 'it would begin and end in the same hour: leave both out to let it run always',
    },
  )
export type DeploymentOptions = z.infer<typeof DeploymentOptions>

/** Names that tools put there are of another form: `@aws-cdk/core:…`, `availability-zones:…`, `cli-telemetry`. */
const nameOfOption = /^[A-Za-z]+$/

/**
 * @param context of the app: what `-c` gave, beside what tools put there
 * @throws DeploymentOptionError names each option that cannot be meant
 */
export function readOptions(context: Readonly<Record<string, unknown>>): DeploymentOptions {
  const given = Object.entries(context).filter(([name, value]) => nameOfOption.test(name) && value !== undefined)
  const parsed = DeploymentOptions.safeParse(Object.fromEntries(given))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((name) => fault([...issue.path, name], 'there is no such option'))
      : fault(issue.path, issue.message),
  )
  throw new DeploymentOptionError(
    `these options of the deployment do not fit (docs/deploy.md has all of them):\n${faults.join('\n')}`,
  )
}

/** Where something inside of an option is meant, that stands before the message. */
function fault([name = '', ...inside]: readonly PropertyKey[], message: string): string {
  const where = inside.length === 0 ? '' : `${inside.map(String).join('.')}: `
  return `  -c ${String(name)}=…  ${where}${message}`
}

function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
