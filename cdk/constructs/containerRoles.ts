import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { acknowledgeWildcards } from '../acknowledge.ts'
import { keyPatterns, permissionForKeys } from '../keyPatterns.ts'
import { permit } from '../permissions.ts'

const containers = new ServicePrincipal('ecs-tasks.amazonaws.com')

/** What the program in a container may do: it reads and writes the store, and nothing else of AWS. */
export function makeWorkerRole(scope: Construct, id: string, bucket: IBucket): Role {
  const role = new Role(scope, id, { assumedBy: containers })
  permit(role, [
    { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] },
    permissionForKeys(bucket, ['s3:GetObject'], [keyPatterns.projects, keyPatterns.generators]),
    permissionForKeys(bucket, ['s3:DeleteObject', 's3:PutObject'], [keyPatterns.projects]),
  ])
  return role
}

/** What starts a container; its definition adds the image, the log and the secrets that it names. */
export function makeStartingRole(scope: Construct, id: string): Role {
  const role = new Role(scope, id, { assumedBy: containers })
  acknowledgeWildcards(
    role,
    ['*'],
    'a token for image registries (ecr:GetAuthorizationToken) is given for all or for none',
  )
  return role
}
