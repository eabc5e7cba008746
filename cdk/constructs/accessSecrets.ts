import { SecretValue } from 'aws-cdk-lib'
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'

/** The key that opens the web app, made here; and Label Studio's token, which a person puts in. */
export class AccessSecrets extends Construct {
  readonly accessKey: ISecret
  readonly labelStudioToken: ISecret

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.accessKey = new Secret(this, 'AccessKey', {
      description: 'Sixteen: opens the web app; backend addresses of projects are made from it',
      generateSecretString: { excludePunctuation: true, passwordLength: 48 },
    })
    this.labelStudioToken = new Secret(this, 'LabelStudioToken', {
      description: 'Sixteen: token of a Label Studio user who manages the projects',
      // A template cannot hold it: until a person puts it in, functions say that it is empty.
      secretStringValue: SecretValue.unsafePlainText(' '),
    })
    const reason =
      'Label Studio keeps backend addresses made from the key, and gives out its own tokens: neither can be changed from here'
    for (const secret of [this.accessKey, this.labelStudioToken]) acknowledge(secret, { SMG4: reason })
  }
}
