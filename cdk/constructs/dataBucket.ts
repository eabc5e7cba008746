import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'

export interface DataBucketProps {
  /** Whether data outlive the stack. */
  readonly keep: boolean
}

/** The store: encrypted, private, over TLS alone, every access logged. */
export class DataBucket extends Construct {
  readonly bucket: IBucket
  /** Where accesses are noted down. */
  readonly log: IBucket

  constructor(scope: Construct, id: string, { keep }: DataBucketProps) {
    super(scope, id)
    const shared = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(keep ? {} : { autoDeleteObjects: true }),
    }
    this.log = new Bucket(this, 'AccessLog', {
      ...shared,
      lifecycleRules: [{ expiration: Duration.days(90) }],
    })
    this.bucket = new Bucket(this, 'Bucket', {
      ...shared,
      serverAccessLogsBucket: this.log,
      serverAccessLogsPrefix: 'data/',
      // Jobs write whole objects. What an upload by hand left behind costs money, and shows up in no list.
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    })
  }
}
