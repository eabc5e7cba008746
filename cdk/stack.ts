import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { AccessSecrets } from './constructs/accessSecrets.ts'
import { DataBucket } from './constructs/dataBucket.ts'
import { EdgeApi } from './constructs/edgeApi.ts'
import { EventQueue } from './constructs/eventQueue.ts'
import { FactoryWorkflow } from './constructs/factoryWorkflow.ts'
import { GpuFleet } from './constructs/gpuFleet.ts'
import { containerImage } from './constructs/image.ts'
import { InteractiveService } from './constructs/interactiveService.ts'
import { Network } from './constructs/network.ts'
import { Observability } from './constructs/observability.ts'
import { Reactor } from './constructs/reactor.ts'
import type { DeploymentOptions } from './options.ts'

export interface SixteenStackProps extends StackProps {
  readonly options: DeploymentOptions
}

/** Of the construct library's newer ways those that matter here. */
const flags = {
  // Access logs are let in by the bucket's policy: lists of grants at each object are a thing of the past.
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
}

/**
 * Everything, in the order in which an annotation passes through: edge, queue, reactor, workflow, GPU fleet, bucket.
 * While nobody paints, nothing runs.
 */
export class SixteenStack extends Stack {
  constructor(scope: Construct, id: string, { options, ...props }: SixteenStackProps) {
    super(scope, id, { description: 'Sixteen: a label factory beside Label Studio', ...props })
    for (const [name, value] of Object.entries(flags)) this.node.setContext(name, value)
    const { bucket } = new DataBucket(this, 'Data', { keep: !options.destroyData })
    const secrets = new AccessSecrets(this, 'Secrets')
    const events = new EventQueue(this, 'Events')
    const network = new Network(this, 'Network')
    const image = containerImage(this, options.image)
    const fleet = new GpuFleet(this, 'Fleet', { ...options, bucket, secrets, network, image })
    const workflow = new FactoryWorkflow(this, 'Workflow', {
      bucket,
      events,
      fleet,
      largestArray: options.largestArray,
    })
    const edge = new EdgeApi(this, 'Edge', { ...options, bucket, secrets, events, workflow })
    const reactor = new Reactor(this, 'Reactor', { ...options, bucket, secrets, events, workflow })
    new Observability(this, 'Observability', { ...options, events, fleet, workflow, edge, reactor })
    new CfnOutput(this, 'BackendUrl', { value: edge.url, description: 'for `sixteen connect --backend`' })
    if (edge.domainTarget !== undefined)
      new CfnOutput(this, 'DomainTarget', {
        value: edge.domainTarget,
        description: 'a CNAME record of your domain has to name this',
      })
    if (options.interactive) {
      const { loadBalancer } = new InteractiveService(this, 'Interactive', { ...options, secrets, network, image })
      new CfnOutput(this, 'InteractiveAddress', { value: loadBalancer.loadBalancerDnsName })
    }
    new CfnOutput(this, 'AccessKeySecret', { value: secrets.accessKey.secretName })
    new CfnOutput(this, 'LabelStudioTokenSecret', {
      value: secrets.labelStudioToken.secretName,
      description: 'put a token of Label Studio into it',
    })
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName })
  }
}
