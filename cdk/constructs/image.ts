import { fileURLToPath } from 'node:url'
import { Stack } from 'aws-cdk-lib'
import { Repository } from 'aws-cdk-lib/aws-ecr'
import { Platform } from 'aws-cdk-lib/aws-ecr-assets'
import { ContainerImage } from 'aws-cdk-lib/aws-ecs'
import type { Construct } from 'constructs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** An image in a private registry of AWS, by tag or digest: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/sixteen:1.0`. */
const privateImage =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9/_.-]+?)(?:@(sha256:[0-9a-f]{64})|:([\w.-]+))?$/

/**
 * The image of all containers.
 * @param published a registry's address; without it the image is built from the Dockerfile when it is deployed
 * @param folder with the Dockerfile
 */
export function containerImage(scope: Construct, published: string | undefined, folder = root): ContainerImage {
  if (published === undefined) return ContainerImage.fromAsset(folder, { platform: Platform.LINUX_AMD64 })
  const [, account, region, repositoryName, digest, tag] = privateImage.exec(published) ?? []
  if (account === undefined || region === undefined || repositoryName === undefined)
    return ContainerImage.fromRegistry(published)
  const repositoryArn = Stack.of(scope).formatArn({
    service: 'ecr',
    account,
    region,
    resource: 'repository',
    resourceName: repositoryName,
  })
  // Known as such, whoever starts a container may pull it.
  const repository = Repository.fromRepositoryAttributes(scope, 'Repository', { repositoryArn, repositoryName })
  return ContainerImage.fromEcrRepository(repository, digest ?? tag ?? 'latest')
}
