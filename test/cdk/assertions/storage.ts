import { Match, type Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { named, plain } from '../support/plain.ts'

/** Whoever does not use TLS is refused, with `actions` on anything of it. */
const refusesPlainText = (actions: string) =>
  Match.objectLike({
    Effect: 'Deny',
    Action: actions,
    Principal: Match.anyValue(),
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  })

export function assertStorage(standard: () => Template, destroyed: () => Template): void {
  test('buckets are private, encrypted and reached over TLS alone', () => {
    const buckets = standard().findResources('AWS::S3::Bucket')
    expect(Object.keys(buckets).map(named).sort()).toEqual(['DataAccessLog', 'DataBucket'])
    standard().allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    })
    const policies = Object.values(standard().findResources('AWS::S3::BucketPolicy'))
    expect(policies.map(({ Properties }) => plain(Properties.Bucket)).sort()).toEqual([
      '<DataAccessLog>',
      '<DataBucket>',
    ])
    for (const { Properties } of policies) {
      const bucket = plain(Properties.Bucket)
      const refusals = Properties.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Deny')
      expect(refusals).toHaveLength(1)
      expect(refusals[0]).toMatchObject({ Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })
      expect(refusals[0].Resource.map(plain)).toEqual([bucket, `${bucket}/*`])
    }
  })

  test('every access to the data is noted down, for 90 days', () => {
    standard().hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: { DestinationBucketName: Match.anyValue(), LogFilePrefix: 'data/' },
    })
    standard().hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 90, Status: 'Enabled' })] },
      // Objects belong to the bucket: access lists are off.
      AccessControl: Match.absent(),
      OwnershipControls: Match.absent(),
    })
  })

  test('uploads that were broken off are cleared away', () => {
    standard().hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: Match.anyValue(),
      LifecycleConfiguration: {
        Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }],
      },
    })
  })

  test('data outlive the stack, unless it was asked otherwise', () => {
    for (const bucket of Object.values(standard().findResources('AWS::S3::Bucket')))
      expect(bucket).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
    standard().resourceCountIs('Custom::S3AutoDeleteObjects', 0)

    for (const bucket of Object.values(destroyed().findResources('AWS::S3::Bucket')))
      expect(bucket).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' })
    destroyed().resourceCountIs('Custom::S3AutoDeleteObjects', 2)
  })

  test('the queue keeps the order of each project, and waits until whoever paints has paused', () => {
    standard().hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      DelaySeconds: 5,
      // AWS advises six times the time that a function may take, here 120 s.
      VisibilityTimeout: 720,
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
      // Events bring ids of their own: two with the same content are two.
      ContentBasedDeduplication: Match.absent(),
    })
  })

  test('events that come again and again are set aside', () => {
    const queues = Object.entries(standard().findResources('AWS::SQS::Queue'))
    const [dead] = queues.filter(([id]) => named(id) === 'EventsDead')
    expect(dead?.[1].Properties).toMatchObject({ FifoQueue: true, SqsManagedSseEnabled: true })
    standard().hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [dead?.[0], 'Arn'] }, maxReceiveCount: 1000 },
    })
    expect(queues).toHaveLength(2)
  })

  test('queues take no message without TLS', () => {
    expect(Object.keys(standard().findResources('AWS::SQS::QueuePolicy')).map(named)).toEqual([
      'EventsDeadPolicy',
      'EventsQueuePolicy',
    ])
    standard().allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: Match.objectLike({ Statement: [refusesPlainText('sqs:*')] }),
    })
  })

  test('the access key is made there, and no token stands in the template', () => {
    standard().hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { ExcludePunctuation: true, PasswordLength: 48 },
      SecretString: Match.absent(),
    })
    standard().hasResourceProperties('AWS::SecretsManager::Secret', { SecretString: ' ' })
    standard().resourceCountIs('AWS::SecretsManager::Secret', 2)
  })
}
