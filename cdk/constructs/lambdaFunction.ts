import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AssetHashType, AssetStaging, Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { type Permission, permit } from '../permissions.ts'

export interface LambdaFunctionProps {
  /** Module with the handler, from the tree's root: `functions/cloud/edge.ts`. */
  readonly entry: string
  readonly environment: Readonly<Record<string, string>>
  /** All that it may do, beside writing its log. */
  readonly permissions: readonly Permission[]
  readonly seconds: number
  /** MB; processor time grows with it. */
  readonly memory: number
}

const runtime = Runtime.NODEJS_24_X
const root = fileURLToPath(new URL('../..', import.meta.url))
const bundler = fileURLToPath(new URL('../bundleFunction.ts', import.meta.url))

/** Bundled in a process of its own, since the construct library cannot wait. No Docker is needed for it. */
const bundled = (entry: string): Code =>
  Code.fromAsset(root, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: runtime.bundlingImage,
      // The construct library takes two assets for the same unless something that it can compare tells them apart.
      command: ['node', 'cdk/bundleFunction.ts', entry, AssetStaging.BUNDLING_OUTPUT_DIR],
      local: {
        tryBundle(folder) {
          execFileSync(process.execPath, [bundler, `${root}/${entry}`, folder], {
            stdio: ['ignore', 'ignore', 'inherit'],
          })
          return true
        },
      },
    },
  })

/** A function with a role of its own: no managed policy, no action that it does not need. */
export class LambdaFunction extends Construct {
  readonly function: Lambda

  constructor(scope: Construct, id: string, { entry, environment, permissions, seconds, memory }: LambdaFunctionProps) {
    super(scope, id)
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    permit(role, [
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
      ...permissions,
    ])
    this.function = new Lambda(this, 'Function', {
      code: bundled(entry),
      handler: 'index.handler',
      runtime,
      architecture: Architecture.ARM_64,
      memorySize: memory,
      timeout: Duration.seconds(seconds),
      environment: { ...environment },
      // What constructs would add to it stands in `permissions` already.
      role: role.withoutPolicyUpdates(),
      logGroup,
    })
    // A queue is only connected to a function that may read it.
    this.function.node.addDependency(role)
  }
}
